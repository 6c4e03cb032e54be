// What is on the screen of a reviewer. Text is only ever put in as text.

import { counted, element } from "../common.js";

const at = (id) => document.getElementById(id);

/** Shows the field: picture, reading, alternatives, why it is here, its page. */
export function show(field, choose) {
  at("field").textContent = called(field.field);
  line(field);
  at("hint").textContent = wanted(field.format);
  put(at("picture"), field.image, `Field ${field.field} as it was written`, "The field cannot be shown: its file is gone or has changed. The table of the job has where it was.");
  put(at("page"), field.pageImage, `The page with ${field.field} marked`, "The page cannot be shown.");
  at("page").classList.remove("large");
  at("file").textContent = `${field.file.split("/").pop()}${field.page > 1 ? `, page ${field.page}` : ""}${field.form ? ` · ${field.form}` : ""}`;
  at("file").title = field.file;
  const value = at("value");
  value.value = "";
  value.placeholder = field.value;
  value.inputMode = field.format.letters ? "text" : ["digits", "integer"].includes(field.format.kind) ? "numeric" : "decimal";
  entry(field);
  say("");
  at("others").replaceChildren(...field.alternatives.slice(0, 4).map((one) => {
    const button = element("button", { type: "button", class: "chip-button mono" }, one.value || "blank");
    button.addEventListener("click", () => choose(one.value));
    return button;
  }));
  at("why").replaceChildren(...reasons(field));
  for (const [id, key] of [["blank", "B"], ["void", "V"], ["skip", "S"], ["back", "Z"]]) {
    at(id).querySelector("kbd").textContent = field.format.letters ? `Alt ${key}` : key;
  }
  at("blank").querySelector("small").textContent = field.format.blank ? ` = ${field.format.blank}` : "";
  at("void").querySelector("small").textContent = field.format.void ? ` = ${field.format.void}` : "";
  at("work").hidden = false;
  at("done").hidden = true;
}

/** A field's name; of one in a table its table, line and column. */
export function called(name) {
  const [table, number, column] = name.split(".");
  return column && /^\d+$/.test(number) ? `${table} · line ${number} · ${column}` : name;
}

/** The line of the table that the field stands in: its picture, and what its other fields say. */
function line(field) {
  at("line").hidden = !field.line.length;
  if (!field.line.length) return;
  at("line-picture").hidden = false;
  at("line-picture").src = field.line_picture;
  const mark = (one) => ({ "aria-current": one.here && "true" });
  at("line-columns").replaceChildren(element("tr", {}, ...field.line.map((one) => element("th", { scope: "col", ...mark(one) }, one.column))));
  at("line-values").replaceChildren(element("tr", {}, ...field.line.map((one) =>
    element("td", { class: `mono ${one.status}`, ...mark(one) }, one.here ? "…" : one.value || "–"))));
}

/** The label over the value, and what Enter does, by whether something is typed. */
export function entry(field) {
  const typed = at("value").value !== "";
  at("entry-label").textContent = typed ? "Your value" : field.value ? "Read as" : field.hidden ? "Type what is written" : "Nothing could be read";
  at("accept").firstChild.textContent = typed ? "Keep" : "Accept";
  at("accept").disabled = !typed && !field.value;
  at("value").classList.toggle("typed", typed);
}

export function say(text, kind = "") {
  at("message").textContent = text;
  at("message").className = kind;
}

export function done(progress) {
  at("work").hidden = true;
  at("done").hidden = false;
  const others = progress.second + progress.third;
  const open = progress.first + others;
  at("done-title").textContent = open ? "Nothing more for you just now" : "All done";
  at("done-text").textContent = !open
    ? `${counted(progress.settled, "field")} settled. The exports of this job hold what you said.`
    : others
      ? `${counted(others, "field")} that you have answered ${others === 1 ? "waits" : "wait"} for another person. New ones appear here by themselves.`
      : `${counted(open, "field")} ${open === 1 ? "is" : "are"} on other people's screens. What they leave appears here by itself.`;
}

export function progress(told, own) {
  const total = told.first + told.second + told.third + told.settled;
  at("bar").max = Math.max(1, total);
  // Where two are to agree, one answer is half the way.
  at("bar").value = told.settled + (told.second + told.third) / 2;
  const waiting = told.second + told.third;
  at("count").textContent = `${told.settled.toLocaleString("en")} of ${total.toLocaleString("en")} settled`
    + (waiting ? ` · ${waiting.toLocaleString("en")} wait for a second or third person` : "");
  if (own.times.length > 2) {
    const sorted = [...own.times].sort((one, other) => one - other);
    at("pace").textContent = `You: ${counted(own.answers, "field")}, ${(sorted[sorted.length >> 1] / 1000).toFixed(1)} s each`;
  }
}

export function recent(answers, take) {
  at("recent").replaceChildren(...answers.slice(0, 8).map((one) => {
    const said = one.value || { blank: "blank", void: "struck out" }[one.status] || one.status;
    const button = element("button", { type: "button", title: "Answer it again" },
      element("span", { class: "soft" }, called(one.field)),
      element("span", { class: "mono" }, said),
      one.kind !== "accept" && element("span", { class: "chip review" }, one.was ? `read ${one.was}` : "not read"));
    button.addEventListener("click", () => take(one.id));
    return element("li", {}, button);
  }));
}

function put(frame, image, alt, instead) {
  image.alt = alt;
  image.addEventListener("error", () => { if (image.isConnected) frame.replaceChildren(element("p", { class: "soft" }, instead)); });
  if (image.complete && !image.naturalWidth) frame.replaceChildren(element("p", { class: "soft" }, instead));
  else frame.replaceChildren(image);
}

function reasons(field) {
  const list = field.rules.map((rule) => {
    const beside = Object.entries(field.beside).filter(([name]) => name !== field.field && rule.includes(name));
    return element("div", { class: "reason" },
      element("strong", {}, "Does not add up"),
      element("code", {}, rule),
      sum(field.sums.find((one) => one.rule === rule)),
      beside.length > 0 && element("span", { class: "small" }, beside.map(([name, value]) => `${name} ${value || "–"}`).join(", ")));
  });
  for (const note of field.notes) list.push(element("div", { class: "reason" }, note.charAt(0).toUpperCase() + note.slice(1)));
  if (field.said.length) {
    const said = field.said.map((one) => `${one.by}: ${one.value || (one.status === "void" ? "struck out" : one.status)}`);
    list.push(element("div", { class: "reason said" },
      element("strong", {}, field.stage === "third" ? "Two people differ; you decide" : "Said before"),
      ...said.map((text) => element("span", { class: "mono" }, text))));
  }
  return list;
}

/** What a rule comes to, and by how much it is missed. */
function sum(one) {
  if (!one?.difference) return null;
  return element("span", { class: "mono" }, `${one.left} against ${one.right}: `, element("strong", {}, `${one.difference} apart`));
}

function wanted(format) {
  const parts = [{ digits: format.letters ? "letters" : "digits", integer: "a whole number", decimal: "a number", amount: "an amount", ratio: "two numbers with a slash", date: "a date", time: "a time" }[format.kind]];
  if (format.cells) parts.push(counted(format.cells, "cell"));
  else if (format.most_digits) parts.push(format.least_digits === format.most_digits ? `${format.most_digits} digits` : `${format.least_digits} to ${format.most_digits} digits`);
  if (format.least !== null && format.most !== null) parts.push(`${format.least} to ${format.most}`);
  else if (format.most !== null) parts.push(`at most ${format.most}`);
  else if (format.least !== null) parts.push(`at least ${format.least}`);
  return parts.join(" · ");
}
