// The table of rows, and its downloads, which the server makes of what the browser has kept.

import { element } from "/assets/common.js";

export function drawTable(place, kept) {
  const fields = kept.fields.length ? kept.fields : ["Numbers"];
  place.tHead.replaceChildren(element("tr", {},
    element("th", { scope: "col", class: "number" }, "No."),
    ...fields.map((name) => element("th", { scope: "col" }, name))));
  place.tBodies[0].replaceChildren(...kept.rows.map((row) => drawnRow(row, kept.fields)));
  place.hidden = !kept.rows.length;
}

function drawnRow(row, fields) {
  const values = new Map(row.readings.map((one) => [one.field, one]));
  const cells = fields.length
    ? fields.map((name) => values.get(name)).map((one) =>
      element("td", { class: one?.status === "review" ? "review" : "" }, one?.value ?? ""))
    : [element("td", {}, row.readings.map((one) => one.value).join(", "))];
  // A sheet that may have given a row before says so beside its number.
  const mark = row.status === "duplicate" ? [element("span", { class: "chip review" }, row.reason.split(":")[0]), " "] : [];
  return element("tr", { title: row.reason },
    element("td", { class: "number" }, ...mark, String(row.page)), ...cells);
}

/** Has the browser save the rows as a file; throws an Error with one sentence where the server refuses. */
export async function download(kept, format) {
  const rows = kept.rows.map((row) => ({ ...row, session: undefined }));
  const answer = await fetch(`/api/live/export?format=${format}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ fields: kept.fields, rows }),
  }).catch(() => null);
  if (!answer) throw new Error("The server does not answer; the rows are still here.");
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.error ?? "The server refused this.");
  const address = URL.createObjectURL(await answer.blob());
  element("a", { href: address, download: `camera.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
