// What is of the form as a whole: lists of fields, the barcode that it is known by, the marks in its corners.

import { counted, element, tell } from "/assets/common.js";
import { fields, landmarks, markSize, nameProblem, setList, setPart } from "/assets/editor/tree.js";

export class WholeForm {
  #place;
  #tree;
  #commit;
  #lists;

  /** `tree()` gives the template, `commit(change, words)` makes a change to it. */
  constructor(place, tree, commit) {
    this.#place = place;
    this.#tree = tree;
    this.#commit = commit;
    this.#lists = place.querySelector("#lists");
    place.addEventListener("change", ({ target }) => {
      const part = ["sheet", "landmarks"].find((one) => target.dataset[one]);
      if (part) this.#picked(part, target);
    });
  }

  /** `wrong` says by the name of a list what is wrong with it. */
  show(wrong) {
    const tree = this.#tree();
    for (const part of ["sheet", "landmarks"]) {
      for (const input of this.#place.querySelectorAll(`[data-${part}]`)) {
        const value = tree[part]?.[input.dataset[part]];
        if (input.type === "checkbox") input.checked = value === true;
        else if (input !== document.activeElement) input.value = value ?? "";
        input.disabled = part === "sheet" ? input.id !== "sheet-code" && !tree.sheet?.code : input.id !== "pale" && !landmarks(tree).length;
      }
    }
    this.#place.querySelector("#mark-size").placeholder = markSize(tree);
    // Without a picture of the blank form nothing else tells where pale boxes are.
    this.#place.querySelector("#pale").disabled = !tree.landmarks?.reference;
    const count = landmarks(tree).length;
    this.#place.querySelector("#landmarks-told").textContent = count
      ? `${counted(count, "mark")}: choose one on the page or in the list of fields to move or delete it. Three are needed at least.`
      : "Solid squares tell at once where the form lies. It has none.";
    this.#showLists(Object.entries(tree.lists ?? {}), wrong);
  }

  #showLists(lists, wrong) {
    const rows = [...lists, ["", []]];
    while (this.#lists.children.length > rows.length) this.#lists.lastElementChild.remove();
    while (this.#lists.children.length < rows.length) this.#lists.append(this.#row());
    rows.forEach(([name, members], at) => {
      const row = this.#lists.children[at];
      const [called, own] = row.querySelectorAll("input");
      row.dataset.list = name;
      const words = members.join(", ");
      for (const [input, value] of [[called, name], [own, words]]) if (input !== document.activeElement && !(at === lists.length && input.value && !own.value)) input.value = value;
      called.setAttribute("aria-label", name ? `Name of the list ${name}` : "Name of a new list");
      own.setAttribute("aria-label", name ? `Fields of the list ${name}` : "Fields of the new list");
      row.querySelector("button").hidden = !name;
      if (name) tell(row.querySelector(".problem"), wrong.get(name) ?? "");
    });
  }

  #row() {
    const name = element("input", { maxlength: 100, autocomplete: "off", spellcheck: "false", placeholder: "parties" });
    const own = element("input", { autocomplete: "off", spellcheck: "false", placeholder: "party_1, party_2" });
    const away = element("button", { type: "button", class: "quiet small", "aria-label": "Delete this list", title: "Delete this list" }, "✕");
    const row = element("li", {}, element("div", { class: "rule list-of" }, name, own, away), element("p", { class: "problem", role: "alert", hidden: true }));
    for (const input of [name, own]) {
      input.addEventListener("change", () => this.#typed(row, name.value.trim(), own.value.split(/[\s,]+/).filter(Boolean)));
    }
    away.addEventListener("click", () => this.#commit((tree) => setList(tree, row.dataset.list, row.dataset.list, []), "Delete a list"));
    return row;
  }

  #typed(row, name, members) {
    const old = row.dataset.list;
    const place = row.querySelector(".problem");
    tell(place, "");
    if (!name && !members.length && !old) return;
    const tree = this.#tree();
    const known = new Set(fields(tree).map((one) => one.name));
    const unknown = members.filter((one) => !known.has(one));
    const others = [...Object.keys(tree.lists ?? {}).filter((one) => one !== old), ...known];
    // A list is whole when both its name and its fields are typed.
    if (!old && (!name || !members.length)) return;
    const problem = nameProblem(name) || (others.includes(name) ? `There is a ${name} already; choose another name.` : "")
      || (unknown.length ? `There is no field ${unknown.join(", ")}.` : "");
    if (problem) tell(place, problem);
    else this.#commit((copy) => setList(copy, old, name, members), old ? "Change a list" : "Make a list");
  }

  #picked(part, input) {
    const key = input.dataset[part];
    let value = input.type === "checkbox" ? input.checked || undefined : input.value.trim() || undefined;
    if (key === "mark_size") value = Number(value) > 0 ? Number(value) : undefined;
    this.#commit((tree) => setPart(tree, part, key, value), part === "sheet" ? "Change the code" : "Change the marks");
  }
}
