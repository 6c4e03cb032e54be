// All doubtful fields of one page beside it: typed or left as they are, and kept in one go.

import { element, tell } from "../common.js";
import { marking, markOf } from "../marks.js";
import { nothing, reviewer } from "./many.js";
import { called } from "./view.js";

const at = (id) => document.getElementById(id);
let rows = [];
let busy = false;

const queue = reviewer(next);
marking(at("page-mark"), () => queue.name);

async function next() {
  tell(at("problem"), "");
  const page = await queue.call("/next-page", { count: 1 });
  queue.ready = page.fields;
  if (!page.fields.length) {
    nothing();
    return;
  }
  at("where").textContent = `${page.file}, page ${page.page}: ${page.fields.length} to look at`;
  rows = page.fields.map(row);
  at("fields").replaceChildren(...rows.map((one) => one.element));
  markOf(at("page-mark"), at("many").dataset.job, page.document, page.page);
  at("sheet").replaceChildren(...(page.picture ? [
    element("img", { src: page.picture, width: page.width, height: page.height, alt: `Page ${page.page} of ${page.file}` }),
    element("svg", { viewBox: `0 0 ${page.width} ${page.height}`, "aria-hidden": "true" }, ...rows.map((one) => one.outline)),
  ] : [element("p", { class: "problem" }, "The page cannot be shown.")]));
  rows[0].input.focus();
}

function row(field) {
  const id = `field-${field.id}`;
  const input = element("input", { id, class: "mono", placeholder: field.value, autocomplete: "off", spellcheck: "false" });
  const said = element("p", { class: "small soft" }, [
    ...field.sums.map((one) => one.difference ? `${one.rule}: ${one.difference} apart` : `breaks ${one.rule}`),
    ...field.notes,
  ].join("; "));
  const outline = element("polygon", { class: "outline review", points: field.quad.map((point) => point.join(",")).join(" ") });
  const one = { field, input, outline, kind: "", forced: "", done: false };
  const choices = [["blank", "Blank"], ["void", "Struck out"]].map(([kind, words]) => {
    const button = element("button", { type: "button", class: "quiet small", "aria-pressed": "false" }, words);
    button.addEventListener("click", () => {
      one.kind = one.kind === kind ? "" : kind;
      for (const other of choices) other.setAttribute("aria-pressed", String(other === button && one.kind === kind));
      // What was typed stays to be seen; it is not what counts while one of these is pressed.
      input.disabled = one.kind !== "";
    });
    return button;
  });
  one.said = said;
  one.element = element("div", { class: "field-row" },
    element("label", { for: id }, called(field.field)),
    element("img", { src: field.picture, alt: `${field.field} as it was written`, loading: "lazy" }),
    element("div", { class: "row" }, input, ...choices),
    field.line.length > 0 && element("p", { class: "small soft" }, field.line.filter((one) => !one.here).map((one) => `${one.column} ${one.value || "–"}`).join(" · ")),
    said);
  const light = (on) => () => {
    outline.classList.toggle("lit", on);
    one.element.classList.toggle("lit", on);
  };
  input.addEventListener("focus", light(true));
  input.addEventListener("blur", light(false));
  outline.addEventListener("click", () => input.focus());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const after = rows.slice(rows.indexOf(one) + 1).find((other) => !other.done && !other.input.disabled);
    if (after) after.input.focus();
    else keep();
  });
  return one;
}

/** The answer that a row stands for; null where there is none to give. */
function meant(one) {
  const { field } = one;
  const text = one.input.value.trim();
  const kind = one.kind || (text ? "type" : field.value ? "accept" : "");
  if (!kind) return null;
  const value = kind === "type" ? text : "";
  return { id: field.id, kind, value, seen: field.answers, force: one.forced === `${kind} ${value}` };
}

async function keep() {
  if (busy) return;
  const open = rows.filter((one) => !one.done);
  const empty = open.find((one) => !meant(one));
  if (empty) {
    tell(at("problem"), `${empty.field.field}: type what is written, or say that it is blank or struck out.`);
    empty.input.focus();
    return;
  }
  busy = true;
  tell(at("problem"), "");
  try {
    const answers = open.map(meant);
    const told = await queue.call("/answer-many", { answers });
    told.forEach((answer, index) => became(open[index], answer, answers[index]));
    const left = rows.filter((one) => !one.done);
    if (left.length) {
      tell(at("problem"), `${left.length} of these could not be kept as they are; see beside them. What is kept is kept.`);
      left[0].input.focus();
    } else {
      await next();
    }
  } catch (error) {
    tell(at("problem"), error.message);
  } finally {
    busy = false;
  }
}

function became(one, answer, asked) {
  one.done = !answer.error || answer.code === 409;
  one.element.classList.toggle("done-row", one.done);
  one.forced = answer.code === 422 ? `${asked.kind} ${asked.value}` : "";
  one.said.textContent = answer.error ? `${answer.error}${one.forced ? " Keep once more to do so." : ""}` : "";
  one.said.classList.toggle("problem", Boolean(answer.error));
}

at("fields-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
});
at("leave").addEventListener("click", async () => {
  if (busy) return;
  busy = true;
  try {
    for (const one of rows.filter((other) => !other.done)) await queue.skip(one.field);
    await next();
  } catch (error) {
    tell(at("problem"), error.message);
  } finally {
    busy = false;
  }
});
