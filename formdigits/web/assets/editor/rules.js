// The form's rules: one input each, with names completed while they are typed, and what each did on the page tried.

import { element } from "/assets/common.js";
import { fields, tables } from "/assets/editor/tree.js";

const FUNCTIONS = [["sum(", "adds up"], ["count(", "counts filled lines"], ["max(", "the largest"], ["min(", "the smallest"]];
const MOST_OFFERED = 8;
const WORDS = { confirmed: "holds", chosen: "holds, with another reading", broken: "broken", unknown: "a value is missing" };

/** What may stand in a rule: names of fields and lists, of tables and their columns, functions; each with a word. */
export function ruleWords(tree, text) {
  const own = tables(tree).find((table) => text.trimStart().startsWith(`${table.name}:`));
  return [
    ...(own ? own.columns.map((column) => [column.name, "column"]) : []),
    ...fields(tree).map((field) => [field.name, "field"]),
    ...Object.keys(tree.lists ?? {}).map((list) => [list, "list"]),
    ...tables(tree).flatMap((table) => [[table.name, "table"], ...table.columns.map((column) => [`${table.name}.${column.name}`, "column"])]),
    ...FUNCTIONS,
  ];
}

/** The words that the one before `caret` may become, those that begin with it first; where it begins, and whether it is
    a whole word already. */
export function completions(tree, text, caret) {
  const [typed] = /[A-Za-z_][\w.]*$/.exec(text.slice(0, caret)) ?? [""];
  if (!typed) return { begin: caret, offered: [], whole: false };
  const wanted = typed.toLowerCase();
  const used = new Set(text.match(/[A-Za-z_][\w.]*/g));
  // What begins with it comes first, then what has a part that does; what the rule has already comes last.
  const rank = (word) => {
    const at = word.toLowerCase().indexOf(wanted);
    const begins = at === 0 || new RegExp(`[._]${wanted.replace(/\./g, "\\.")}`).test(word.toLowerCase());
    return at < 0 ? -1 : (at ? 1 : 0) + (begins ? 0 : 1) + (used.has(word) ? 4 : 0);
  };
  const ranked = ruleWords(tree, text).map(([word, kind]) => [word, kind, rank(word)])
    .filter(([word, , at]) => at >= 0 && word !== typed).sort((a, b) => a[2] - b[2]);
  const whole = ruleWords(tree, text).some(([word]) => word === typed);
  return { begin: caret - typed.length, offered: ranked.slice(0, MOST_OFFERED).map(([word, kind]) => [word, kind]), whole };
}

/** What a rule did. One of a table's lines (`patients: a = b`) has done something in each of them: the worst counts. */
function outcomeOf(rule, outcomes) {
  if (outcomes.has(rule)) return outcomes.get(rule);
  const [, table, rest] = /^\s*(\w+)\s*:\s*(.*?)\s*$/s.exec(rule) ?? [];
  const ofLines = [...outcomes].filter(([text]) => table && text.startsWith(`${table}.`) && text.endsWith(`: ${rest}`)).map(([, one]) => one);
  return ["broken", "chosen", "confirmed", "unknown"].find((one) => ofLines.includes(one));
}

export class Rules {
  #list;
  #tree;
  #change;
  #offered = [];
  #begin = 0;
  #at = 0;
  #popup = element("ul", { class: "offered", role: "listbox", id: "offered", "aria-label": "Names", hidden: true });

  /** `change(rules, words)` is told the new list of rules. */
  constructor(list, tree, change) {
    this.#list = list;
    this.#tree = tree;
    this.#change = change;
    list.after(this.#popup);
    this.#popup.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const at = [...this.#popup.children].indexOf(event.target.closest("li"));
      if (at >= 0) this.#take(document.activeElement, at);
    });
  }

  /** `outcomes` say by rule what it did on the page that is tried, `wrong` by its place what is wrong with it. */
  show(outcomes, wrong) {
    const rules = this.#tree().rules ?? [];
    while (this.#list.children.length > rules.length + 1) this.#list.lastElementChild.remove();
    while (this.#list.children.length < rules.length + 1) this.#list.append(this.#row());
    [...this.#list.children].forEach((row, at) => {
      const input = row.querySelector("input");
      const last = at === rules.length;
      if (input !== document.activeElement || !last) input.value = last ? "" : rules[at];
      input.setAttribute("aria-label", last ? "New rule" : `Rule ${at + 1}`);
      input.placeholder = last ? (at ? "Another rule" : "total = first + second") : "";
      row.querySelector("button").hidden = last;
      const outcome = last || !outcomes ? undefined : outcomeOf(rules[at], outcomes);
      const told = row.querySelector(".told");
      const mistake = last ? "" : wrong.get(at) ?? "";
      input.setAttribute("aria-invalid", String(Boolean(mistake) || outcome === "broken"));
      told.className = `told ${mistake ? "broken" : outcome ?? ""}`;
      told.textContent = mistake || (outcome ? WORDS[outcome] ?? outcome : "");
    });
  }

  /** Begins a new rule with `text`; what it is equal to is still to be typed. */
  begin(text) {
    const input = this.#list.lastElementChild.querySelector("input");
    input.value = text;
    input.focus();
    input.setSelectionRange(0, 0);
  }

  #row() {
    const input = element("input", { autocomplete: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "offered", maxlength: 2000 });
    const away = element("button", { type: "button", class: "quiet small", "aria-label": "Delete this rule", title: "Delete this rule" }, "✕");
    input.addEventListener("input", () => this.#offer(input));
    input.addEventListener("keydown", (event) => this.#key(event, input));
    input.addEventListener("blur", () => this.#close(input));
    input.addEventListener("change", () => this.#typed(input));
    away.addEventListener("click", () => this.#set(this.#place(input), null));
    return element("li", {}, element("div", { class: "rule" }, input, away), element("span", { class: "told" }));
  }

  #place(input) {
    return [...this.#list.children].indexOf(input.closest("li"));
  }

  #typed(input) {
    const text = input.value.trim();
    this.#set(this.#place(input), text || null);
  }

  #set(at, text) {
    const rules = [...(this.#tree().rules ?? [])];
    if (text === null && at >= rules.length) return;
    if (rules[at] === text) return;
    if (text === null) rules.splice(at, 1);
    else rules[at] = text;
    this.#change(rules, text === null ? "Delete a rule" : "Change a rule");
  }

  #offer(input) {
    const { begin, offered, whole } = completions(this.#tree(), input.value, input.selectionStart);
    this.#begin = begin;
    this.#offered = offered;
    // Whoever has typed a whole word means that one.
    this.#at = whole ? -1 : 0;
    this.#popup.replaceChildren(...offered.map(([word, kind], at) => element("li", { role: "option", id: `offered-${at}`, "aria-selected": String(at === this.#at) }, word, element("span", { class: "soft" }, ` ${kind}`))));
    this.#popup.hidden = !offered.length;
    if (offered.length) {
      input.closest("li").append(this.#popup);
      if (whole) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", "offered-0");
      this.#popup.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(offered.length > 0));
  }

  #close(input) {
    this.#popup.hidden = true;
    this.#list.after(this.#popup);
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  #take(input, at) {
    const [word] = this.#offered[at];
    const rest = input.value.slice(input.selectionStart);
    const before = input.value.slice(0, this.#begin) + word;
    input.value = before + rest;
    input.setSelectionRange(before.length, before.length);
    this.#close(input);
  }

  #key(event, input) {
    if (!this.#popup.hidden) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.#at = (Math.max(this.#at, step > 0 ? -1 : 0) + step + this.#offered.length) % this.#offered.length;
        [...this.#popup.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.#at)));
        input.setAttribute("aria-activedescendant", `offered-${this.#at}`);
        return;
      }
      if (this.#at >= 0 && (event.key === "Enter" || event.key === "Tab")) {
        event.preventDefault();
        this.#take(input, this.#at);
        return;
      }
      if (event.key === "Escape") {
        this.#close(input);
        return;
      }
    }
    if (event.key === "Enter") {
      event.preventDefault();
      this.#close(input);
      const at = this.#place(input);
      this.#typed(input);
      this.#list.children[Math.min(at + 1, this.#list.children.length - 1)]?.querySelector("input").focus();
    }
  }
}
