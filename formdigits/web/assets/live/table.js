// The table of rows, and its downloads, which the server makes of what the browser has kept.

import { counted, element } from "/assets/common.js";

export function drawTable(place, kept) {
  // A table of the form has one column here: how many of its lines say anything.
  const named = [...new Set(kept.fields.map((name) => name.split(".")[0]))];
  const fields = named.length ? named : ["Numbers"];
  place.tHead.replaceChildren(element("tr", {},
    element("th", { scope: "col", class: "number" }, "No."),
    ...fields.map((name) => element("th", { scope: "col" }, name))));
  place.tBodies[0].replaceChildren(...kept.rows.map((row) => drawnRow(row, named)));
  place.hidden = !kept.rows.length;
}

function drawnRow(row, fields) {
  const values = new Map(row.readings.map((one) => [one.field, one]));
  const cells = fields.length
    ? fields.map((name) => values.get(name) ?? linesOf(name, row.readings)).map((one) =>
      element("td", { class: one?.status === "review" ? "review" : "" }, one?.value ?? ""))
    : [element("td", {}, row.readings.map((one) => one.value).join(", "))];
  // A sheet that may have given a row before says so beside its number.
  const mark = row.status === "duplicate" ? [element("span", { class: "chip review" }, row.reason.split(":")[0]), " "] : [];
  return element("tr", { title: row.reason },
    element("td", { class: "number" }, ...mark, String(row.page)), ...cells);
}

/** What a row says of a table: its lines with values, and whether there is something to check. */
function linesOf(table, readings) {
  const own = readings.filter((one) => one.field.startsWith(`${table}.`));
  const lines = new Set(own.filter((one) => one.value && one.written.replace(/[_ ]/g, "")).map((one) => one.field.split(".")[1]));
  return own.length ? { value: counted(lines.size, "line"), status: own.some((one) => one.status === "review") ? "review" : "" } : null;
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
  const zip = answer.headers.get("Content-Type") === "application/zip";
  element("a", { href: address, download: `camera.${zip ? "zip" : format}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
