// One field over many pages: what is wrong is struck at a glance, the rest is accepted together.

import { counted, element, tell } from "../common.js";
import { nothing, reviewer } from "./many.js";

const AT_ONCE = 40;
const at = (id) => document.getElementById(id);
const struck = new Set();
let cells = [];
let busy = false;
let loading = Promise.resolve();

const queue = reviewer(next);

/** One at a time, in the order in which they were asked for. */
function next() {
  loading = loading.catch(() => {}).then(load);
  return loading;
}

/** Shows the field that is chosen; what the window has goes back first, since none is given to it twice. */
function chosen() {
  loading = loading.catch(() => {}).then(() => queue.anew({ field: at("which").value })).then(load);
  return loading;
}

async function load() {
  tell(at("problem"), "");
  const told = await queue.call("/next", { count: AT_ONCE, ...queue.wanted });
  // What was struck comes last again; when nothing else comes, it is all that is left.
  const fresh = told.fields.filter((field) => !struck.has(field.id));
  queue.ready = told.fields;
  if (!fresh.length) {
    await queue.anew(queue.wanted);
    if (at("which").value) {
      cells = [];
      at("grid").replaceChildren();
      at("where").textContent = "nothing more of this field for you";
      count();
    } else nothing();
    return;
  }
  for (const field of told.fields.filter((one) => struck.has(one.id))) await queue.skip(field);
  cells = fresh.map(cell);
  at("grid").replaceChildren(...cells.map((one) => one.button));
  at("where").textContent = counted(fresh.length, "reading");
  count();
  cells[0].button.focus();
}

function cell(field) {
  // What was not read cannot be accepted.
  const one = { field, wrong: !field.value };
  one.button = element("button", { type: "button", class: "grid-cell", "aria-pressed": String(one.wrong), title: `${field.file}, page ${field.page}` },
    element("img", { src: field.picture, alt: `${field.field} as it was written` }),
    element("span", { class: "mono" }, field.value || "not read"),
    element("span", { class: "small soft" }, field.field));
  one.button.addEventListener("click", () => {
    one.wrong = !one.wrong || !field.value;
    one.button.setAttribute("aria-pressed", String(one.wrong));
    count();
  });
  return one;
}

function count() {
  const wrong = cells.filter((one) => one.wrong).length;
  at("keep").disabled = !cells.length;
  at("keep").textContent = `Accept ${cells.length - wrong}${wrong ? `, leave the ${wrong} struck` : ""} and go on`;
}

async function keep() {
  if (busy || !cells.length) return;
  busy = true;
  tell(at("problem"), "");
  try {
    const right = cells.filter((one) => !one.wrong);
    const answers = right.map(({ field }) => ({ id: field.id, kind: "accept", seen: field.answers }));
    const told = answers.length ? await queue.call("/answer-many", { answers }) : [];
    const refused = right.filter((one, index) => told[index].code === 400 || told[index].code === 422);
    for (const one of [...cells.filter((other) => other.wrong), ...refused]) {
      struck.add(one.field.id);
      await queue.skip(one.field);
    }
    await next();
    if (refused.length) tell(at("problem"), `${counted(refused.length, "reading")} did not fit the field's format and waits with the struck ones.`);
  } catch (error) {
    tell(at("problem"), error.message);
  } finally {
    busy = false;
  }
}

at("keep").addEventListener("click", keep);
at("which").addEventListener("change", async () => {
  try {
    await chosen();
  } catch (error) {
    tell(at("problem"), error.message);
  }
});
at("grid").addEventListener("keydown", (event) => {
  const here = cells.findIndex((one) => one.button === document.activeElement);
  if (here < 0) return;
  const across = Math.max(1, cells.findIndex((one) => one.button.offsetTop > cells[0].button.offsetTop));
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
  if (step) {
    event.preventDefault();
    cells[here + step]?.button.focus();
  } else if (event.key === "Enter") {
    // The space bar strikes; this goes on.
    event.preventDefault();
    keep();
  }
});
