// What is chosen: its name, place and format as inputs, and what can be done with it.

import { element, percent, tell } from "/assets/common.js";
import { describe } from "/assets/editor/desk.js";
import { FormatInputs, keeps } from "/assets/editor/format.js";
import { readingOrder, rounded } from "/assets/editor/geometry.js";
import { boxOf, linesOf, nameOf, nameProblem, nextName, numbered, placeOf, rename, setBox, setFormat, setMarks, thing, uneven, withFormat } from "/assets/editor/tree.js";

const SIDES = ["left", "top", "width", "height"];

export class Selected {
  #place;
  #editor;
  #format;

  /** `editor` has tree(), chosen(), commit(change, words), words(id), reading(id), step(way) and say(text). */
  constructor(place, editor, kinds, checks) {
    this.#place = place;
    this.#editor = editor;
    const parts = place.querySelector("#format");
    parts.append(...FormatInputs.parts(kinds, checks));
    this.#format = new FormatInputs(parts, kinds, (part, value) => {
      const keep = (kind, other) => keeps(kind, other, this.#format.numbers);
      editor.commit((tree) => setFormat(tree, editor.chosen(), part, value, keep), "Change the format");
    });
    const name = place.querySelector("#name");
    name.addEventListener("change", () => this.#rename(name));
    name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (this.#rename(name) && editor.chosen().length === 1) editor.step(1, true);
    });
    place.querySelector("#cells").addEventListener("change", (event) => this.#cells(event.target.value));
    place.querySelector("#gap").addEventListener("change", (event) => this.#content("gap", Number(event.target.value) > 0 ? Number(event.target.value) : undefined, "Change the gap"));
    place.querySelector("#alphabet").addEventListener("change", (event) => this.#content("alphabet", event.target.value.trim() || undefined, "Change the symbols"));
    for (const side of SIDES) place.querySelector(`#at-${side}`).addEventListener("change", () => this.#moved());
    for (const input of place.querySelectorAll("#marks-part [data-part]")) input.addEventListener("change", () => this.#marks(input));
    for (const input of place.querySelectorAll("#table-parts input")) input.addEventListener("change", () => this.#table());
  }

  focusName() {
    const name = this.#place.querySelector("#name");
    name.focus();
    name.select();
  }

  focusCells() {
    const cells = this.#place.querySelector("#cells");
    cells.focus();
    cells.select();
  }

  show() {
    const { chosen, tree } = { chosen: this.#editor.chosen(), tree: this.#editor.tree() };
    const kinds = new Set(chosen.map((id) => placeOf(id).kind));
    const one = chosen.length === 1 ? chosen[0] : null;
    const part = (id, shown) => { this.#place.querySelector(id).hidden = !shown; };
    part("#nothing-chosen", !chosen.length);
    part("#chosen-parts", chosen.length > 0);
    if (!chosen.length) return;
    const first = chosen[this.#order(chosen)[0]];
    const kind = placeOf(first).kind;
    this.#place.querySelector("#chosen-what").textContent = one ? describe(tree, one) : `${chosen.length} are chosen`;
    part("#name-part", kind !== "r" && kind !== "m" && kinds.size === 1);
    this.#fill("#name", thing(tree, first).name);
    this.#place.querySelector("#name-hint").textContent = one ? "Enter goes to the next." : "The others are numbered from it, row by row.";
    part("#cells-part", kinds.size === 1 && (kind === "f" || kind === "c"));
    this.#fill("#cells", thing(tree, first).cells ?? "");
    this.#fill("#gap", thing(tree, first).gap ?? "");
    this.#place.querySelector("#gap").disabled = !(thing(tree, first).cells > 1);
    this.#fill("#alphabet", thing(tree, first).alphabet ?? "");
    part("#place-part", Boolean(one));
    if (one) boxOf(tree, one).forEach((value, at) => this.#fill(`#at-${SIDES[at]}`, rounded(value)));
    part("#table-parts", one && kind === "t");
    if (one && kind === "t") this.#showTable(thing(tree, one));
    part("#format-part", !kinds.has("t") && !kinds.has("r") && !kinds.has("m"));
    const fields = withFormat(tree, chosen);
    const grouped = kinds.size === 1 && (kind === "f" || kind === "c") && !fields[0].marks?.parts;
    part("#marks-part", grouped && (fields[0].marks || fields[0].format?.kind === "mark" || !fields[0].cells));
    if (grouped) this.#showMarks(fields[0].marks);
    if (fields.length) this.#format.show(fields.map((field) => field.format ?? {}));
    this.#place.querySelector("#words").textContent = one ? this.#editor.words(one) : "";
    for (const button of this.#place.querySelectorAll("button[data-act]")) button.hidden = !this.#offered(button.dataset.act, chosen, kinds, fields);
    this.#showReading(one && kind === "f" ? this.#editor.reading(nameOf(tree, one)) : undefined);
  }

  #offered(act, chosen, kinds, fields) {
    const only = kinds.size === 1 ? [...kinds][0] : "";
    switch (act) {
      case "duplicate": return only === "f";
      case "list": return only === "f" && chosen.length > 1;
      case "split": return chosen.length === 1 && (only === "f" || only === "c");
      case "apart": return chosen.length === 1 && only === "f" && fields[0].cells > 1;
      case "sum": return chosen.length > 1 ? only === "f" || only === "c" : only === "c";
      case "join": return only === "f" && chosen.length > 1;
      case "table": return only === "f" && chosen.length > 1;
      case "column": case "dissolve": return chosen.length === 1 && only === "t";
      case "uneven": return chosen.length === 1 && only === "t" && !thing(this.#editor.tree(), chosen[0]).rows.boxes;
      case "whole": return chosen.length === 1 && (only === "c" || only === "r");
      default: return true;
    }
  }

  #fill(selector, value) {
    const input = this.#place.querySelector(selector);
    if (input !== document.activeElement || input.dataset.of !== this.#editor.chosen().join()) input.value = value;
    else if (input.dataset.was !== String(value)) input.value = value;
    input.dataset.of = this.#editor.chosen().join();
    input.dataset.was = String(value);
  }

  #showTable(table) {
    const even = !table.rows.boxes;
    for (const id of ["#pitch", "#line-height"]) this.#place.querySelector(id).closest(".part").hidden = !even;
    this.#place.querySelector("#lines").disabled = !even;
    this.#fill("#lines", linesOf(table).length);
    if (even) {
      this.#fill("#pitch", table.rows.pitch);
      this.#fill("#line-height", table.rows.first[3]);
    }
    this.#place.querySelector("#keep-empty").checked = table.keep_empty === true;
    const id = this.#editor.chosen()[0];
    const choose = (one, words) => {
      const button = element("button", { type: "button", class: "quiet small" }, words);
      button.addEventListener("click", () => this.#editor.choose([one]));
      return button;
    };
    this.#place.querySelector("#table-columns").replaceChildren(
      ...table.columns.map((column, at) => choose(`${id}c${at}`, column.name)),
      ...(even ? [] : table.rows.boxes.map((_, at) => choose(`${id}r${at}`, `line ${at + 1}`))));
  }

  #showMarks(marks) {
    const size = marks?.size ?? ["", ""];
    const labels = Array.isArray(marks?.labels) ? marks.labels.join(", ") : marks?.labels ?? "";
    const shown = { labels, direction: marks?.direction ?? "across", answers: marks?.answers ?? 1, choose: marks?.choose ?? "one", empty: marks?.empty ?? "", wide: size[0], high: size[1] };
    const gaps = this.#place.querySelector("#marks-gaps");
    Object.assign(gaps, { checked: marks?.gaps === true, disabled: !marks });
    for (const [name, value] of Object.entries(shown)) {
      this.#fill(`#marks-${name}`, value);
      if (name !== "labels") this.#place.querySelector(`#marks-${name}`).disabled = !marks;
    }
  }

  #marks(input) {
    const { part } = input.dataset;
    const number = (id) => Number(this.#place.querySelector(id).value);
    let value = input.type === "checkbox" ? input.checked || undefined : input.value.trim() || undefined;
    if (part === "labels" && value?.includes(",")) value = value.split(",").map((one) => one.trim()).filter(Boolean);
    if (part === "answers") value = Math.max(1, Math.min(64, Math.round(Number(value)) || 1));
    if (part === "size") {
      // One side tells the other.
      const [wide, high] = [number("#marks-wide"), number("#marks-high")];
      value = wide > 0 || high > 0 ? [wide || high, high || wide] : undefined;
    }
    if (value === { direction: "across", answers: 1, choose: "one" }[part]) value = undefined;
    this.#editor.commit((tree) => setMarks(tree, this.#editor.chosen(), part, value), "Change the bubbles");
  }

  #showReading(reading) {
    const place = this.#place.querySelector("#reading");
    place.hidden = !reading;
    if (!reading) return;
    place.replaceChildren(
      element("span", { class: "value" }, reading.value || "–"), " ",
      element("span", { class: `chip ${reading.status}` }, { accepted: "accepted", review: "to review" }[reading.status] ?? reading.status), " ",
      element("span", { class: "soft small" }, `${percent(reading.confidence)} sure`),
      ...reading.notes.map((note) => element("p", { class: "hint" }, note)),
      ...reading.rules.map((rule) => element("p", { class: "hint" }, `It breaks the rule ${rule}.`)));
  }

  #order(chosen) {
    return readingOrder(chosen.map((id) => boxOf(this.#editor.tree(), id)));
  }

  /** Whether the name, or the names that are numbered from it, are taken over. */
  #rename(input) {
    const { tree, chosen } = { tree: this.#editor.tree(), chosen: this.#editor.chosen() };
    const ids = this.#order(chosen).map((at) => chosen[at]);
    const names = numbered(input.value.trim(), ids.length);
    const problem = names.map(nameProblem).find(Boolean) ?? "";
    tell(this.#place.querySelector("#name-problem"), problem);
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return false;
    if (ids.every((id, at) => thing(tree, id).name === names[at])) return true;
    this.#editor.commit((copy) => rename(copy, ids, names), "Rename");
    return true;
  }

  /** Sets or, with undefined, clears what fields and columns have beside their format. */
  #content(key, value, words) {
    this.#editor.commit((tree) => {
      for (const field of withFormat(tree, this.#editor.chosen())) {
        if (value === undefined) delete field[key];
        else field[key] = value;
      }
    }, words);
  }

  #cells(text) {
    const cells = Math.max(1, Math.min(64, Math.round(Number(text)) || 1));
    this.#editor.commit((tree) => {
      for (const field of withFormat(tree, this.#editor.chosen())) {
        if (cells > 1) field.cells = cells;
        else {
          delete field.cells;
          delete field.gap;
        }
      }
    }, "Change the cells");
  }

  #moved() {
    const box = SIDES.map((side) => Number(this.#place.querySelector(`#at-${side}`).value));
    if (!box.every(Number.isFinite) || box[2] <= 0 || box[3] <= 0) {
      this.show();
      return;
    }
    this.#editor.commit((tree) => setBox(tree, this.#editor.chosen()[0], box), "Move");
  }

  #table() {
    const value = (id) => Number(this.#place.querySelector(id).value);
    this.#editor.commit((tree) => {
      const table = thing(tree, this.#editor.chosen()[0]);
      if (!table.rows.boxes) {
        const { first } = table.rows;
        const height = value("#line-height") > 0 ? value("#line-height") : first[3];
        const room = Math.max(1, Math.floor((tree.page.height - first[1] - height) / Math.max(1, value("#pitch")) + 1.001));
        const pitch = Math.max(value("#pitch") || height, height);
        table.rows = { first: [first[0], first[1], first[2], height], count: Math.max(1, Math.min(room, Math.round(value("#lines")) || 1)), pitch };
      }
      if (this.#place.querySelector("#keep-empty").checked) table.keep_empty = true;
      else delete table.keep_empty;
    }, "Change the table");
  }
}
