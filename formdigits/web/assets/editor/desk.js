// The page with its boxes: draws them, and makes what the mouse does into new boxes. It changes nothing by itself.

import { element } from "/assets/common.js";
import { cellBoxes, fromSides, inside, meets, snapEdges, snapMoved } from "/assets/editor/geometry.js";
import { boxOf, bubblesOf, crossing, exists, fields, landmarks, linesOf, nameOf, placeOf, tables } from "/assets/editor/tree.js";

const SNAP_PX = 9;
const HANDLE_PX = 10;
const STILL_PX = 3;
/** The width of a letter of a name, of its height. */
const LETTER = 0.56;
const ZOOMS = [1, 1.35, 1.8, 2.5, 3.5, 5];

/** `given` has tree(), chosen(), readings(), rulings, looking(), and takes choose(ids), place(boxes, words) and
    draw(box). */
export class Desk {
  #given;
  #frame;
  #sheet;
  #svg;
  #zoom = 0;
  #drag = null;
  #guides = [];
  #scale = 1; // template units in a pixel, while it is drawn
  #drawn = new Map(); // elements by what they show, as they were drawn last

  constructor(frame, given) {
    this.#frame = frame;
    this.#given = given;
    this.#sheet = frame.querySelector(".sheet");
    this.#svg = frame.querySelector("svg");
    this.drawing = false;
    this.#svg.addEventListener("pointerdown", (event) => this.#begin(event));
    this.#svg.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) this.#svg.addEventListener(end, (event) => this.#end(event));
    new ResizeObserver(() => this.draw()).observe(this.#sheet);
  }

  /** Template units in a pixel of the screen. */
  get unit() {
    const width = this.#svg.getBoundingClientRect().width;
    return width ? this.#given.tree().page.width / width : 1;
  }

  get reach() {
    return SNAP_PX * this.unit;
  }

  show(address, alternative) {
    const picture = this.#sheet.querySelector("img");
    Object.assign(picture, { src: address, alt: alternative });
  }

  zoom(step) {
    this.#zoom = step === 0 ? 0 : Math.max(0, Math.min(ZOOMS.length - 1, this.#zoom + step));
    const [x, y] = [this.#frame.scrollLeft + this.#frame.clientWidth / 2, this.#frame.scrollTop + this.#frame.clientHeight / 2];
    const before = this.#sheet.clientWidth;
    this.#sheet.style.width = `${100 * ZOOMS[this.#zoom]}%`;
    const grown = this.#sheet.clientWidth / before;
    this.#frame.scrollTo(x * grown - this.#frame.clientWidth / 2, y * grown - this.#frame.clientHeight / 2);
    this.draw();
  }

  /** Scrolls so that a box is seen. */
  reveal(id) {
    const box = this.#svg.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect();
    const frame = this.#frame.getBoundingClientRect();
    if (!box || (box.top >= frame.top && box.bottom <= frame.bottom && box.left >= frame.left && box.right <= frame.right)) return;
    this.#frame.scrollBy(box.left + box.width / 2 - frame.left - frame.width / 2, box.top + box.height / 2 - frame.top - frame.height / 2);
  }

  /** What a person looks at, in template units. */
  get seen() {
    const frame = this.#frame.getBoundingClientRect();
    const sheet = this.#svg.getBoundingClientRect();
    const unit = this.unit;
    return [
      (Math.max(frame.left, sheet.left) - sheet.left) * unit, (Math.max(frame.top, sheet.top) - sheet.top) * unit,
      Math.min(frame.width, sheet.width) * unit, Math.min(frame.height, sheet.height, window.innerHeight) * unit,
    ];
  }

  draw() {
    const tree = this.#given.tree();
    if (!tree) return;
    const chosen = new Set(this.#given.chosen());
    const { width, height } = tree.page;
    this.#scale = this.unit;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.setAttribute("font-size", 11 * this.#scale);
    const wrong = this.#given.wrong();
    const shapes = [
      ...fields(tree).map((field, at) => [`f${at}`, field.name, field, field.box, field.name, ""]),
      ...tables(tree).flatMap((table, at) => this.#table(table, at, chosen)),
      ...landmarks(tree).map((_, at) => [`m${at}`, "", {}, boxOf(tree, `m${at}`), `mark ${at + 1}`, "landmark"]),
    ];
    const before = this.#drawn;
    this.#drawn = new Map();
    const made = shapes.map(([id, ...rest]) => this.#kept(before, id, rest, `${chosen.has(id) ? " chosen" : ""}${wrong.has(id) ? " wrong" : ""}`));
    const [only] = chosen;
    if (chosen.size === 1 && exists(tree, only) && !this.#given.looking()) made.push(...this.#handles(tree, only));
    made.push(...this.#guides.map((points) => element("path", { class: "guide", d: points })));
    if (this.#drag?.box) made.push(rect("drawn", this.#drag.box));
    this.#put(made);
  }

  /** The element of a shape: that of before where it looks the same, since a form may have a thousand of them. */
  #kept(before, id, [label, field, box, reads, within], classes) {
    const reading = this.#given.readings()?.get(reads);
    const sign = `${id} ${reads} ${label} ${within} ${classes} ${this.#scale} ${box} ${field.cells} ${field.gap} ${field.marks ? JSON.stringify(field.marks) : ""} ${reading ? `${reading.status} ${reading.value}` : ""}`;
    const made = before.get(sign) ?? (within.startsWith("line") ? rect(`${within}${classes}`, box) : this.#shape(id, label, field, box, reads, `${within}${classes}`, reading));
    this.#drawn.set(sign, made);
    return made;
  }

  /** Puts these elements in place of what is drawn; those that stay are not touched. */
  #put(made) {
    const staying = new Set(made);
    for (const one of [...this.#svg.children]) if (!staying.has(one)) one.remove();
    let next = this.#svg.firstElementChild;
    for (const one of made) {
      if (one === next) next = next.nextElementSibling;
      else this.#svg.insertBefore(one, next);
    }
  }

  #table(table, at, chosen) {
    const lines = linesOf(table);
    const whole = chosen.has(`t${at}`);
    return [
      ...lines.map((line, number) => [`t${at}r${number}`, "", {}, line, `${table.name}.${number + 1}`, whole ? "line whole" : "line"]),
      ...table.columns.flatMap((column, inner) => lines.map((_, line) => [
        `t${at}c${inner}`, line === 0 ? column.name : "", column, crossing(table, lines, line, column), `${table.name}.${line + 1}.${column.name}`, "of-table",
      ])),
    ];
  }

  #shape(id, label, field, box, reads, classes, reading) {
    const group = element("g", { "data-id": id, class: `field ${classes} ${reading?.status ?? ""}` },
      rect("box", box), element("title", {}, reading ? `${reads}: ${reading.value || "–"}` : reads));
    if (field.cells > 1) {
      const cells = cellBoxes(box, field.cells, field.gap ?? 0);
      const sides = cells.flatMap(([left, , width], at) => [...(at ? [left] : []), ...(field.gap && at < cells.length - 1 ? [left + width] : [])]);
      group.append(element("path", { class: "cells", d: sides.map((x) => `M${x} ${box[1]}v${box[3]}`).join("") }));
    }
    for (const [left, top, width, height] of bubblesOf({ ...field, box })) {
      group.append(element("rect", { class: "cells", x: left, y: top, width, height, rx: width / 2, ry: height / 2 }));
    }
    const size = Math.min(11 * this.#scale, 0.8 * box[3]);
    if (reading?.status === "blank" && !reading.value && reads !== label) {
      // Of a table's lines most may be empty: they are seen to be.
    } else if (reading) {
      const words = reading.value || { blank: "blank", void: "void" }[reading.status] || "?";
      // On the upper side: what is written stays to be seen.
      group.append(element("text", { x: box[0] + box[2] - 2 * this.#scale, y: box[1], "font-size": Math.min(14 * this.#scale, 0.6 * box[3]), class: "reading" }, words));
    } else if (label) {
      const room = Math.max(2, Math.floor(box[2] / (LETTER * size)));
      group.append(element("text", { x: box[0] + 0.3 * size, y: box[1] + box[3] / 2, "font-size": size, class: "name" }, label.length > room ? `${label.slice(0, room - 1)}…` : label));
    }
    return group;
  }

  #handles(tree, id) {
    const [left, top, width, height] = boxOf(tree, id);
    const { kind } = placeOf(id);
    const size = HANDLE_PX * this.#scale;
    const at = { left: [left, top + height / 2], right: [left + width, top + height / 2], top: [left + width / 2, top], bottom: [left + width / 2, top + height] };
    const corners = { "left top": [left, top], "right top": [left + width, top], "left bottom": [left, top + height], "right bottom": [left + width, top + height] };
    const all = kind === "c" ? { left: at.left, right: at.right } : { ...at, ...corners };
    // Edges can be taken anywhere, corners and middles have something to see.
    const strips = { left: [left - size / 2, top, size, height], right: [left + width - size / 2, top, size, height], top: [left, top - size / 2, width, size], bottom: [left, top + height - size / 2, width, size] };
    const edges = Object.entries(strips).filter(([edge]) => edge in all).map(([edge, box]) => {
      const strip = rect(`strip ${edge}`, box);
      strip.setAttribute("data-edges", edge);
      return strip;
    });
    return [rect("around", [left, top, width, height]), ...edges, ...Object.entries(all).map(([edges, [x, y]]) => {
      const handle = rect(`handle ${edges.replace(" ", "-")}`, [x - size / 2, y - size / 2, size, size]);
      handle.setAttribute("data-edges", edges);
      return handle;
    })];
  }

  #at(event) {
    const box = this.#svg.getBoundingClientRect();
    return [(event.clientX - box.left) * this.unit, (event.clientY - box.top) * this.unit];
  }

  #begin(event) {
    if (event.button !== 0 || this.#drag) return;
    const from = this.#at(event);
    const edges = event.target.dataset?.edges?.split(" ");
    const id = event.target.closest("[data-id]")?.dataset.id;
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (this.#given.looking()) {
      this.#given.choose(id ? [id] : []);
      return;
    }
    event.preventDefault();
    this.#frame.focus({ preventScroll: true });
    this.#svg.setPointerCapture(event.pointerId);
    const chosen = this.#given.chosen();
    if (edges) {
      this.#drag = { how: "edges", edges, id: chosen[0], was: boxOf(this.#given.tree(), chosen[0]) };
    } else if (this.drawing || !id) {
      this.#drag = { how: this.drawing ? "draw" : "frame", more };
    } else {
      // A column of a table that is chosen as a whole moves with it.
      const whole = `t${placeOf(id).at}`;
      const mine = placeOf(id).kind === "c" && chosen.includes(whole) && !more ? whole : id;
      if (more) this.#given.choose(chosen.includes(mine) ? chosen.filter((one) => one !== mine) : [...chosen, mine]);
      else if (!chosen.includes(mine)) this.#given.choose([mine]);
      // A click that moves nothing chooses the column itself.
      this.#drag = { how: "move", ids: this.#given.chosen(), single: more ? null : id };
    }
    Object.assign(this.#drag, { from, pointer: event.pointerId, moved: false, tree: this.#given.tree() });
  }

  #go(event) {
    const drag = this.#drag;
    if (drag?.pointer !== event.pointerId) return;
    const [x, y] = this.#at(event);
    const [dx, dy] = [x - drag.from[0], y - drag.from[1]];
    if (!drag.moved && Math.hypot(dx, dy) < STILL_PX * this.unit) return;
    drag.moved = true;
    const page = drag.tree.page;
    const free = event.altKey;
    this.#guides = [];
    if (drag.how === "draw" || drag.how === "frame") {
      drag.box = inside(fromSides(...drag.from, x, y), page);
      if (drag.how === "draw" && !free) drag.box = this.#snapped(drag.box, ["left", "top", "right", "bottom"]);
    } else if (drag.how === "edges") {
      const [left, top, width, height] = drag.was;
      const sides = { left, top, right: left + width, bottom: top + height };
      for (const edge of drag.edges) sides[edge] += edge === "left" || edge === "right" ? dx : dy;
      let box = inside(fromSides(sides.left, sides.top, sides.right, sides.bottom), page);
      if (!free) box = this.#snapped(box, drag.edges);
      this.#given.place(new Map([[drag.id, box]]), null);
    } else {
      const boxes = drag.ids.map((id) => boxOf(drag.tree, id));
      const first = inside([boxes[0][0] + dx, boxes[0][1] + dy, boxes[0][2], boxes[0][3]], page);
      const snapped = free ? { box: first, snapped: [] } : snapMoved(first, this.#given.rulings, this.reach);
      this.#guide(snapped.box, snapped.snapped);
      const [mx, my] = [snapped.box[0] - boxes[0][0], snapped.box[1] - boxes[0][1]];
      this.#given.place(new Map(drag.ids.map((id, at) => [id, [boxes[at][0] + mx, boxes[at][1] + my, boxes[at][2], boxes[at][3]]])), null);
    }
    this.draw();
  }

  #end(event) {
    const drag = this.#drag;
    if (drag?.pointer !== event.pointerId) return;
    this.#drag = null;
    this.#guides = [];
    if (event.type === "pointercancel") {
      this.#given.place(null, null);
    } else if (drag.how === "draw") {
      if (drag.box && Math.min(drag.box[2], drag.box[3]) > 2 * this.unit) this.#given.draw(drag.box);
    } else if (drag.how === "frame") {
      this.#given.choose(drag.box ? this.#within(drag.box, drag.more ? this.#given.chosen() : []) : drag.more ? this.#given.chosen() : []);
    } else if (drag.moved) {
      this.#given.place(undefined, drag.how === "edges" ? "Resize" : "Move");
    } else if (drag.single) {
      this.#given.choose([drag.single]);
    }
    this.draw();
  }

  #within(frame, before) {
    const tree = this.#given.tree();
    const met = fields(tree).map((_, at) => `f${at}`).filter((id) => meets(boxOf(tree, id), frame));
    return [...new Set([...before, ...met])];
  }

  #snapped(box, edges) {
    const found = snapEdges(box, edges, this.#given.rulings, this.reach);
    this.#guide(found.box, found.snapped);
    return found.box;
  }

  #guide([left, top, width, height], edges) {
    const { width: all, height: tall } = this.#given.tree().page;
    this.#guides = edges.map((edge) => ({
      left: `M${left} 0V${tall}`, right: `M${left + width} 0V${tall}`, top: `M0 ${top}H${all}`, bottom: `M0 ${top + height}H${all}`,
    })[edge]);
  }
}

function rect(kind, [x, y, width, height]) {
  return element("rect", { class: kind, x, y, width, height });
}

/** What a screen reader says of a box. */
export function describe(tree, id) {
  const [left, top, width, height] = boxOf(tree, id).map(Math.round);
  const { cells } = placeOf(id).kind === "f" ? fields(tree)[placeOf(id).at] : {};
  return `${nameOf(tree, id)}: ${cells ? `${cells} cells, ` : ""}${width} by ${height} at ${left}, ${top}`;
}
