// A format by picking: which of its parts a kind has, and the inputs for them.

import { element } from "/assets/common.js";

const MEANINGS = [["missing", "not known"], ["zero", "zero"], ["void", "does not count"]];
const ORDERS = [["dmy", "day, month, year"], ["mdy", "month, day, year"], ["ymd", "year, month, day"]];

const FEW_VALUES = 8;

/** Whether a format of that kind may have that part. `numbers` are the kinds that are numbers. */
export function keeps(kind, part, numbers) {
  switch (part) {
    case "signed": return numbers.includes(kind);
    case "halves": return kind === "decimal";
    case "decimals": return kind === "decimal" || kind === "amount";
    case "order": return kind === "date";
    case "min": case "max": return numbers.includes(kind);
    case "digits": return !["date", "time", "ratio", "mark", "barcode"].includes(kind);
    case "marks": case "blank": case "struck": case "dash": return !["mark", "barcode"].includes(kind);
    case "check": case "pattern": case "values": return kind !== "mark";
    default: return true;
  }
}

/** The text of an input as a template has it; undefined where it is empty. */
function asDigits(text) {
  const plain = text.trim().replace(/\s*(-|–|to)\s*/, "-");
  if (!plain) return undefined;
  return /^\d+$/.test(plain) ? Number(plain) : plain;
}

function asLimit(text) {
  const plain = text.trim().replace(",", ".");
  if (!plain) return undefined;
  // What is no number is said by the server; a number that a float would change stays as it is typed.
  return /^-?\d+(\.\d+)?$/.test(plain) && String(Number(plain)) === plain ? Number(plain) : plain;
}

/** Values one below the other, or with commas between them. */
function asValues(text) {
  const values = text.split(text.trim().includes("\n") ? "\n" : ",").map((one) => one.trim()).filter(Boolean);
  return values.length ? values : undefined;
}

const asText = (values) => values.join(values.length > FEW_VALUES || values.some((one) => String(one).includes(",")) ? "\n" : ", ");

export class FormatInputs {
  #place;
  #change;
  #kinds;

  /** `kinds` are [kind, words, whether it is a number]; `change(part, value)` is told what was picked. */
  constructor(place, kinds, change) {
    this.#place = place;
    this.#kinds = kinds;
    this.#change = change;
    this.numbers = kinds.filter(([, , number]) => number).map(([kind]) => kind);
    place.addEventListener("change", (event) => this.#picked(event.target));
  }

  /** Shows the formats of all that is chosen: where they differ, that of the first. */
  show(formats) {
    const [format] = formats;
    const kind = format.kind ?? "digits";
    const mixed = (part) => formats.some((one) => JSON.stringify(one[part]) !== JSON.stringify(format[part]));
    const place = this.#place;
    // Whoever types is not disturbed.
    const held = place.contains(document.activeElement) ? document.activeElement.name : null;
    for (const input of place.querySelectorAll("[name]")) {
      const part = input.name;
      const row = input.closest(".part");
      row.hidden = part !== "kind" && !(keeps(kind, part, this.numbers) || (kind === "date" && (part === "min" || part === "max")));
      row.classList.toggle("mixed", mixed(part));
      const value = format[part];
      if (input.type === "checkbox") input.checked = value === true;
      else if (part === held && input.tagName !== "SELECT") continue;
      else if (part === "kind") input.value = kind;
      else if (input.tagName === "SELECT") input.value = value ?? input.dataset.usual;
      else input.value = Array.isArray(value) ? (part === "digits" ? value.join("-") : asText(value)) : value ?? "";
      if (part === "min" || part === "max") input.placeholder = kind === "date" ? "2024-01-31" : "any";
    }
  }

  #picked(input) {
    const read = { digits: asDigits, min: asLimit, max: asLimit, decimals: asLimit, values: asValues };
    let value = input.type === "checkbox" ? input.checked || undefined : input.value;
    if (read[input.name]) value = read[input.name](input.value);
    else if (value === "" && input.name !== "marks") value = undefined;
    else if (value === input.dataset.usual) value = undefined;
    if (input.name === "marks") value = input.value === "" ? undefined : input.value;
    this.#change(input.name, value);
  }

  /** The inputs, made once. */
  static parts(kinds, checks) {
    const part = (label, input, more) => element("div", { class: `part ${more ?? ""}` }, element("label", { for: input.id }, label), input);
    const text = (name, placeholder) => element("input", { id: `format-${name}`, name, autocomplete: "off", placeholder });
    const select = (name, options, usual) => element("select", { id: `format-${name}`, name, "data-usual": usual }, ...options.map(([value, words]) => element("option", { value }, words)));
    const box = (name, words) => element("div", { class: "part" }, element("label", { class: "choice" }, element("input", { type: "checkbox", name, id: `format-${name}` }), words));
    const check = text("check", "none");
    check.setAttribute("list", "checks");
    return [
      part("Kind", select("kind", kinds), "wide"),
      part("Digits", text("digits", "any, 5 or 2-5")),
      part("After the point", text("decimals", "as written")),
      part("At least", text("min", "any")),
      part("At most", text("max", "any")),
      part("Order", select("order", ORDERS, "dmy"), "wide"),
      box("signed", "May have a sign"),
      box("halves", "May end in ½"),
      part("Empty means", select("blank", MEANINGS, "missing")),
      part("Struck means", select("struck", MEANINGS, "void")),
      part("A dash means", select("dash", MEANINGS, "missing")),
      element("details", { class: "wide more" }, element("summary", {}, "Check digit, marks, only some values"),
        element("div", { class: "parts" },
          part("Check digit", check), part("Marks that may stand in it", text("marks", "usual ones")),
          part("Only these values", element("textarea", { id: "format-values", name: "values", rows: 2, spellcheck: "false", placeholder: "any; 1, 2, 3, or one below the other" }), "wide"), part("Pattern", text("pattern", "any; [A-Z]{2}[0-9]+"), "wide"),
          element("datalist", { id: "checks" }, ...checks.map((one) => element("option", { value: one }))))),
    ];
  }
}
