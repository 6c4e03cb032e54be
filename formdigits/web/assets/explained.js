// What was read on a page, with what led to it.

import { counted, element, percent } from "/assets/common.js";

const SIGNS = { cross: "✕", dash: "–", junk: "?" };
const MEANING = { cross: "struck out", dash: "a dash", junk: "not one whole symbol" };
const WRITTEN = { X: "✕", "-": "–", _: "" };
const MANY = 4;

/** One tried page: its picture with the fields outlined beside what each says. `title` is for a page alone. */
export function explainedPage(page, of, title) {
  const open = page.fields.length <= MANY;
  const fields = page.fields.map((field) => fieldCard(field, open));
  // A number all by itself needs no outline, and one that was just written is still there to be seen.
  const whole = !page.form && page.fields.length === 1 && page.fields[0].reading.field === "value";
  const sheet = page.picture && !(whole && title) ? pictureWith(page, whole ? [] : fields) : null;
  const words = page.status === "read" ? counted(page.fields.length, "field") : "not read";
  const form = page.form ? ` · form ${page.form}, fit ${percent(page.fit)}` : "";
  return element("section", { class: "tried", "aria-label": `Page ${page.page}` },
    element("div", { class: "spread" },
      element("h2", {}, of > 1 ? `${page.file}, page ${page.page} of ${of}` : title ?? page.file),
      element("p", { class: "hint" }, `${words}${form}`),
      !open && allCrops(fields)),
    element("div", { class: sheet ? "tried-columns" : "stack" },
      sheet,
      element("div", { class: "stack" },
        page.status !== "read" && element("p", { class: "problem" }, page.reason),
        ...page.rules.filter((one) => one.outcome === "broken")
          .map((one) => element("p", { class: "problem" }, `The numbers break the rule ${one.rule}.`)),
        ...fields)));
}

function allCrops(cards) {
  const button = element("button", { type: "button", class: "quiet", "aria-pressed": "false" }, "Show all crops");
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? "Hide the crops" : "Show all crops";
    for (const card of cards) card.querySelector("details.crops")?.toggleAttribute("open", shown);
  });
  return button;
}

function pictureWith(page, cards) {
  const drawing = element("svg", { viewBox: `0 0 ${page.width} ${page.height}`, "aria-hidden": "true" });
  page.fields.slice(0, cards.length).forEach((field, at) => {
    const points = field.reading.quad.map((point) => point.join(",")).join(" ");
    const outline = element("polygon", { points, class: `outline ${field.reading.status}` },
      element("title", {}, `${field.reading.field}: ${field.reading.value || "–"}`));
    const light = (on) => () => {
      outline.classList.toggle("lit", on);
      cards[at].classList.toggle("lit", on);
    };
    for (const one of [outline, cards[at]]) {
      one.addEventListener("pointerenter", light(true));
      one.addEventListener("pointerleave", light(false));
    }
    outline.addEventListener("click", () => cards[at].scrollIntoView({ block: "nearest" }));
    drawing.append(outline, ...symbolPlaces(field, cards[at]));
  });
  return element("div", { class: "sheet" },
    element("img", { src: page.picture, alt: `The picture of ${page.file}`, width: page.width, height: page.height }),
    drawing);
}

/** A box on the picture for each symbol of a field, which shows while the pointer is on the symbol's crop. */
function symbolPlaces(field, card) {
  const figures = card.querySelectorAll("details.crops .symbol");
  return field.symbols.filter((symbol) => symbol.chosen).map((symbol, at) => {
    if (!symbol.box) return null;
    const [left, top, width, height] = symbol.box;
    const points = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]];
    const place = element("polygon", { points: points.map((point) => point.join(",")).join(" "), class: "symbol-place" });
    figures[at].addEventListener("pointerenter", () => place.classList.add("lit"));
    figures[at].addEventListener("pointerleave", () => place.classList.remove("lit"));
    return place;
  }).filter(Boolean);
}

function fieldCard(field, open) {
  const { reading } = field;
  const chosen = field.symbols.filter((symbol) => symbol.chosen);
  const others = field.symbols.filter((symbol) => !symbol.chosen);
  const second = reading.alternatives.filter((one) => one.probability >= 0.0005).slice(0, 3)
    .map((one) => `${one.value} (${percent(one.probability)})`);
  return element("article", { class: "card field", "data-field": reading.field },
    element("div", { class: "spread" },
      element("h3", {}, reading.field),
      element("span", { class: `chip ${reading.status}` }, statusWords(reading.status))),
    element("div", { class: "reading" },
      element("output", { class: "value" }, reading.value || "–"),
      element("img", { class: "ink", src: field.ink, alt: "The field's ink" })),
    element("div", { class: "sure" },
      element("meter", { min: 0, max: 1, value: reading.confidence, "aria-label": "Confidence" }),
      element("span", {}, `${percent(reading.confidence)} sure`)),
    second.length > 0 && element("p", { class: "hint" }, `Could also be ${second.join(", ")}`),
    ...reading.notes.map((note) => element("p", { class: "hint warn" }, note)),
    ...reading.rules.map((rule) => element("p", { class: "hint warn" }, `It breaks the rule ${rule}.`)),
    chosen.length > 0 && element("details", { class: "crops", open },
      element("summary", {}, counted(chosen.length, "crop")),
      element("div", { class: "symbols" }, ...chosen.map(symbolFigure))),
    others.length > 0 && element("details", {},
      element("summary", {}, `${counted(others.length, "other candidate")}`),
      element("div", { class: "symbols" }, ...others.map(symbolFigure))));
}

function statusWords(status) {
  return { accepted: "accepted", review: "to review", blank: "blank", void: "void" }[status];
}

function symbolFigure(symbol) {
  const best = symbol.classes.slice(0, 3).filter((one, at) => at === 0 || one.probability >= 0.0005);
  const label = symbol.chosen ? WRITTEN[symbol.text] ?? symbol.text : SIGNS[best[0]?.name] ?? best[0]?.name ?? "";
  return element("figure", { class: symbol.chosen ? "symbol" : "symbol other" },
    symbol.crop
      ? element("img", { src: symbol.crop, width: 28, height: 28, alt: "28 by 28 crop" })
      : element("span", { class: "nothing", title: "A blank cell has no crop" }),
    element("figcaption", {},
      element("b", {}, label),
      !symbol.crop && element("span", { class: "odds" }, "blank"),
      ...best.map((one) => element("span", { class: "odds", title: MEANING[one.name] },
        element("span", { class: "odd" }, SIGNS[one.name] ?? one.name),
        element("meter", { min: 0, max: 1, value: one.probability, "aria-hidden": "true" }),
        element("span", {}, percent(one.probability))))));
}
