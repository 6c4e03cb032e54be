// A template as its YAML has it, and what people do to it. What is changed is a new tree; the old one stays for undo.
// Things have ids: f3 is the fourth field, t0 the first table, t0c1 its second column, t0r4 its fifth line, m2 the third
// of the marks by which a page is placed.

import { bounds, cellBoxes, combOf, fine, inside, pitched, readingOrder, rounded, tableOf } from "/assets/editor/geometry.js";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = ["file", "page", "form", "status", "review", "line"];

export function placeOf(id) {
  const [, kind, at, part, inner] = /^([ftm])(\d+)(?:([cr])(\d+))?$/.exec(id);
  return { kind: part ?? kind, at: Number(at), inner: Number(inner) };
}

export const fields = (tree) => tree.fields ?? [];
export const tables = (tree) => tree.tables ?? [];
export const landmarks = (tree) => tree.landmarks?.marks ?? [];

/** A mark's side, of the page's longer one where the template does not say. */
const MARK_SHARE = 0.02;
export const markSize = (tree) => tree.landmarks?.mark_size ?? rounded(MARK_SHARE * Math.max(tree.page.width, tree.page.height));

export function linesOf(table) {
  const { first, count, pitch, boxes } = table.rows;
  if (boxes?.length) return boxes;
  return Array.from({ length: count }, (_, at) => [first[0], first[1] + at * pitch, first[2], first[3]]);
}

/** The bubbles of a field, as boxes: evenly spread, those of an answer across or down. */
export function bubblesOf(field) {
  const { marks } = field;
  if (!marks) return [];
  return (marks.parts ?? [{ ...marks, box: field.box }]).flatMap((part) => {
    const labels = labelsOf(part.labels).length;
    const answers = part.answers ?? 1;
    const [columns, rows] = part.direction === "down" ? [answers, labels] : [labels, answers];
    const [left, top, width, height] = part.box;
    const side = Math.min(width / columns, height / rows);
    const [wide, high] = part.size ?? [side, side];
    const place = (at, count, begin, room, size) => begin + (count > 1 ? at * (room - size) / (count - 1) : (room - size) / 2);
    return Array.from({ length: columns * rows }, (_, at) => [
      place(at % columns, columns, left, width, wide), place(Math.floor(at / columns), rows, top, height, high), wide, high]);
  });
}

/** Labels as a list: `A..E`, `1..5`, `yes/no`, a letter for each, or a list. */
export function labelsOf(labels) {
  if (Array.isArray(labels)) return labels.map(String);
  const text = String(labels ?? "");
  const range = /^\s*(?:([A-Za-z])\s*\.\.\s*([A-Za-z])|(\d{1,3})\s*\.\.\s*(\d{1,3}))\s*$/.exec(text);
  if (!range) return text.includes("/") ? text.split("/") : [...text];
  const [first, last] = range[1] ? [range[1].charCodeAt(0), range[2].charCodeAt(0)] : [Number(range[3]), Number(range[4])];
  return Array.from({ length: Math.max(0, Math.min(1000, last - first + 1)) }, (_, at) => (range[1] ? String.fromCharCode(first + at) : String(first + at)));
}

/** Sets or, with undefined, clears a part of the bubbles of these fields; without labels they are single boxes. */
export function setMarks(tree, ids, part, value) {
  for (const id of ids) {
    const field = thing(tree, id);
    const marks = { ...field.marks, [part]: value };
    if (value === undefined) delete marks[part];
    if (marks.labels === undefined && !marks.parts) {
      delete field.marks;
      continue;
    }
    // Bubbles are no cells.
    delete field.cells;
    delete field.gap;
    if (!field.marks && (field.format?.kind ?? "digits") === "digits") field.format = { kind: "mark" };
    field.marks = marks;
  }
}

/** Where a column crosses a line. */
export function crossing(table, lines, line, column) {
  const [left, top, , height] = lines[line];
  return [column.left + left - lines[0][0], top, column.width, height];
}

/** The field, table or column of that id, which has a name; of a line, its table. A mark is called by its number. */
export function thing(tree, id) {
  const { kind, at, inner } = placeOf(id);
  if (kind === "m") return landmarks(tree)[at] && { name: `mark ${at + 1}` };
  if (kind === "f") return fields(tree)[at];
  return kind === "c" ? tables(tree)[at]?.columns[inner] : tables(tree)[at];
}

export function exists(tree, id) {
  const { kind, at, inner } = placeOf(id);
  return Boolean(kind === "r" ? tables(tree)[at] && linesOf(tables(tree)[at])[inner] : thing(tree, id));
}

/** All that can be chosen from the list, in order. */
export function everything(tree) {
  return [
    ...fields(tree).map((_, at) => `f${at}`),
    ...tables(tree).flatMap((table, at) => [`t${at}`, ...table.columns.map((_, inner) => `t${at}c${inner}`)]),
    ...landmarks(tree).map((_, at) => `m${at}`),
  ];
}

/** What rules and output call it. */
export function nameOf(tree, id) {
  const { kind, at, inner } = placeOf(id);
  const name = thing(tree, id).name;
  if (kind === "c") return `${tables(tree)[at].name}.${name}`;
  return kind === "r" ? `${name}, line ${inner + 1}` : name;
}

export function boxOf(tree, id) {
  const { kind, at, inner } = placeOf(id);
  if (kind === "f") return fields(tree)[at].box;
  if (kind === "m") {
    const size = markSize(tree);
    return [landmarks(tree)[at][0] - size / 2, landmarks(tree)[at][1] - size / 2, size, size].map(rounded);
  }
  const table = tables(tree)[at];
  const lines = linesOf(table);
  if (kind === "r") return lines[inner];
  if (kind === "t") return bounds(lines);
  const column = table.columns[inner];
  return bounds(lines.map((_, line) => crossing(table, lines, line, column)).filter((box) => box[0] === column.left));
}

/** The tree with `change` made to a copy of it; `change` may give another. */
export function changed(tree, change) {
  const copy = structuredClone(tree);
  return change(copy) ?? copy;
}

/** Puts the thing of that id where `box` is. A table that keeps its size is moved with all that is in it. */
export function setBox(tree, id, box) {
  const { kind, at, inner } = placeOf(id);
  const to = inside(box, tree.page);
  if (kind === "f") {
    const field = tree.fields[at];
    const was = field.box;
    // Blocks of bubbles have places of their own, and go along.
    for (const part of field.marks?.parts ?? []) part.box = within(part.box, was, to);
    field.box = to;
    return;
  }
  if (kind === "m") {
    const size = Math.max(to[2], to[3]);
    if (Math.abs(size - markSize(tree)) > 0.2) tree.landmarks.mark_size = rounded(size);
    tree.landmarks.marks[at] = [rounded(to[0] + to[2] / 2), rounded(to[1] + to[3] / 2)];
    return;
  }
  const table = tree.tables[at];
  if (kind === "c") {
    Object.assign(table.columns[inner], { left: to[0], width: to[2] });
    return;
  }
  const was = boxOf(tree, id);
  const rows = table.rows;
  if (kind === "r") {
    if (rows.boxes) rows.boxes[inner] = to;
    return;
  }
  const [dx, dy] = [to[0] - was[0], to[1] - was[1]];
  const moved = Math.abs(to[2] - was[2]) < 0.2 && Math.abs(to[3] - was[3]) < 0.2;
  if (moved) for (const column of table.columns) column.left = rounded(column.left + dx);
  if (rows.boxes) {
    const [across, down] = [to[2] / was[2], to[3] / was[3]];
    rows.boxes = rows.boxes.map(([left, top, width, height]) => (moved
      ? [rounded(left + dx), rounded(top + dy), width, height]
      : [rounded(to[0] + (left - was[0]) * across), rounded(to[1] + (top - was[1]) * down), rounded(width * across), rounded(height * down)]));
    // Blocks side by side keep their columns, which stand as far into each as into the first.
    const blocks = rows.boxes.some(([left]) => Math.abs(left - rows.boxes[0][0]) > 1);
    if (!moved && blocks) {
      for (const column of table.columns) Object.assign(column, { left: rounded(to[0] + (column.left - was[0]) * across), width: rounded(column.width * across) });
    }
  } else if (moved) {
    rows.first = [to[0], to[1], rows.first[2], rows.first[3]];
  } else {
    rows.first = [to[0], to[1], to[2], rows.count > 1 ? rows.first[3] : to[3]];
    if (rows.count > 1) {
      const pitch = Math.max(1, (to[3] - rows.first[3]) / (rows.count - 1));
      Object.assign(rows, { pitch: fine(pitch) });
      rows.first[3] = pitched(pitch, rows.first[3]);
    }
  }
}

/** A box in `was`, where it is in `to` when that is moved and stretched there. */
function within(box, was, to) {
  const [across, down] = [to[2] / was[2], to[3] / was[3]];
  return [to[0] + (box[0] - was[0]) * across, to[1] + (box[1] - was[1]) * down, box[2] * across, box[3] * down].map(rounded);
}

function taken(tree) {
  return new Set([...fields(tree), ...tables(tree)].map((one) => one.name));
}

/** The name after `name`: its number, if it ends in one, goes up; one that nothing has yet. */
export function nextName(name, names) {
  const [, stem, digits] = /^(.*?)(\d*)$/.exec(name);
  let number = digits ? Number(digits) : 1;
  for (;;) {
    number += 1;
    const next = digits ? `${stem}${String(number).padStart(digits.length, "0")}` : `${stem}_${number}`;
    if (!names.has(next)) return next;
  }
}

/** `count` names that begin with `first` and count up from there. */
export function numbered(first, count) {
  const [, stem, digits] = /^(.*?)(\d*)$/.exec(first);
  if (count < 2) return [first];
  const begin = digits ? Number(digits) : 1;
  const size = Math.max(digits.length, String(begin + count - 1).length);
  const joint = digits || stem.endsWith("_") ? stem : `${stem}_`;
  return Array.from({ length: count }, (_, at) => `${joint}${String(begin + at).padStart(size, "0")}`);
}

/** Why nothing may be called so, in a sentence; empty where it may. */
export function nameProblem(name) {
  if (!NAME.test(name)) return "A name has letters, digits and underscores, and does not begin with a digit.";
  return RESERVED.includes(name) ? `'${name}' is a column of its own; choose another name.` : "";
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A rule in which what is called `old` is called `next`. */
const renamed = (rule, old, next) => rule.replace(new RegExp(`(?<![\\w.])${escaped(old)}(?!\\w)`, "g"), next);

/** Gives the things of these ids `names`, also in rules and lists. */
export function rename(tree, ids, names) {
  // By a name that nothing has first: two may change theirs.
  const steps = [...ids.map((id, at) => [id, `__${at}__`]), ...ids.map((id, at) => [id, names[at]])];
  for (const [id, name] of steps) {
    const one = thing(tree, id);
    const { kind, at } = placeOf(id);
    const table = kind === "c" ? tree.tables[at].name : "";
    const rules = tree.rules?.map((rule) => {
      if (!table) return renamed(rule, one.name, name);
      const ofTable = renamed(rule, `${table}.${one.name}`, `${table}.${name}`);
      return ofTable.trimStart().startsWith(`${table}:`) ? renamed(ofTable, one.name, name) : ofTable;
    });
    if (rules) tree.rules = rules;
    for (const [list, members] of Object.entries(tree.lists ?? {})) {
      if (kind === "f") tree.lists[list] = members.map((member) => (member === one.name ? name : member));
    }
    one.name = name;
  }
}

/** Takes the things of these ids out, a table without columns as well; lists forget fields that are gone. */
export function remove(tree, ids) {
  const gone = new Set(ids);
  const names = new Set(ids.filter((id) => placeOf(id).kind === "f").map((id) => thing(tree, id).name));
  tree.tables = tables(tree).map((table, at) => {
    const rows = table.rows.boxes
      ? { boxes: table.rows.boxes.filter((_, line) => !gone.has(`t${at}r${line}`)) } : table.rows;
    return { ...table, rows, columns: table.columns.filter((_, inner) => !gone.has(`t${at}c${inner}`)) };
  }).filter((table, at) => !gone.has(`t${at}`) && table.columns.length && table.rows.boxes?.length !== 0);
  tree.fields = fields(tree).filter((_, at) => !gone.has(`f${at}`));
  if (landmarks(tree).length) tree.landmarks.marks = landmarks(tree).filter((_, at) => !gone.has(`m${at}`));
  for (const [list, members] of Object.entries(tree.lists ?? {})) {
    tree.lists[list] = members.filter((member) => !names.has(member));
    if (!tree.lists[list].length) delete tree.lists[list];
  }
  tidy(tree);
}

/** Takes out parts that have nothing in them. */
export function tidy(tree) {
  for (const part of ["fields", "tables", "rules"]) if (tree[part] && !tree[part].length) delete tree[part];
  if (tree.landmarks?.marks && !tree.landmarks.marks.length) {
    for (const part of ["marks", "mark_size", "rings"]) delete tree.landmarks[part];
  }
  for (const part of ["landmarks", "sheet"]) if (tree[part] && !Object.keys(tree[part]).length) delete tree[part];
  if (tree.lists && !Object.keys(tree.lists).length) delete tree.lists;
}

/** Adds a field; the id of it. */
export function addField(tree, field) {
  tree.fields = [...fields(tree), field];
  return `f${tree.fields.length - 1}`;
}

/** A name for a new field: the one after that of the field `like`, or of the last one. */
export function newName(tree, like) {
  const last = like?.name ?? fields(tree).at(-1)?.name ?? "field_00";
  return nextName(last, taken(tree));
}

/** Copies of fields beside them, down or to the right, whichever has room; the ids of them. */
export function duplicate(tree, ids) {
  const chosen = ids.filter((id) => placeOf(id).kind === "f");
  const around = bounds(chosen.map((id) => boxOf(tree, id)));
  const down = around[1] + 2.2 * around[3] <= tree.page.height;
  return chosen.map((id) => {
    const field = structuredClone(thing(tree, id));
    field.box = inside(down ? [field.box[0], field.box[1] + around[3] * 1.1, field.box[2], field.box[3]]
      : [field.box[0] + around[2] * 1.1, field.box[1], field.box[2], field.box[3]], tree.page);
    field.name = newName(tree, field);
    return addField(tree, field);
  });
}

/** The cells of a comb as fields of their own; the ids of all that it became. */
export function splitIntoFields(tree, id) {
  const { at } = placeOf(id);
  const field = tree.fields[at];
  const names = taken(tree);
  names.delete(field.name);
  const boxes = cellBoxes(field.box, field.cells ?? 1, field.gap ?? 0);
  const made = boxes.map((box, cell) => {
    const { cells, gap, ...rest } = structuredClone(field);
    const free = numbered(field.name, boxes.length)[cell];
    rest.name = names.has(free) ? nextName(free, names) : free;
    names.add(rest.name);
    return { ...rest, box };
  });
  tree.fields.splice(at, 1, ...made);
  return made.map((_, cell) => `f${at + cell}`);
}

/** Fields that stand in a row as one comb; its id. */
export function join(tree, ids) {
  const { box, cells, gap } = combOf(ids.map((id) => boxOf(tree, id)));
  const first = structuredClone(thing(tree, ids[readingOrder(ids.map((id) => boxOf(tree, id)))[0]]));
  const at = Math.min(...ids.map((id) => placeOf(id).at));
  const field = { name: first.name, box, cells, ...(gap ? { gap } : {}), format: first.format ?? { kind: "digits" } };
  remove(tree, ids);
  tree.fields = fields(tree);
  tree.fields.splice(at, 0, field);
  return `f${at}`;
}

/** A table out of fields; its id, or null where they make none. */
export function makeTable(tree, ids) {
  const chosen = ids.map((id) => thing(tree, id));
  const found = tableOf(chosen.map((field) => field.box));
  if (!found) return null;
  const names = new Set();
  const columns = found.columns.map(({ left, width, from }, at) => {
    const first = chosen[from.reduce((best, one) => (chosen[one].box[1] < chosen[best].box[1] ? one : best))];
    // Columns of a table are not numbered by line.
    const plain = first.name.replace(/_?\d+$/, "") || `column_${at + 1}`;
    const name = /^field$/.test(plain) || names.has(plain) ? `column_${at + 1}` : plain;
    names.add(name);
    const { cells, gap, alphabet, format } = first;
    return { name, left, width, ...(cells ? { cells } : {}), ...(gap ? { gap } : {}), ...(alphabet ? { alphabet } : {}), format: format ?? { kind: "digits" } };
  });
  remove(tree, ids);
  const others = taken(tree);
  const name = others.has("table") ? nextName("table", others) : "table";
  tree.tables = [...tables(tree), { name, rows: found.rows, columns }];
  return `t${tree.tables.length - 1}`;
}

/** A table's crossings as fields of their own; the ids of them. */
export function dissolve(tree, id) {
  const { at } = placeOf(id);
  const [table] = tree.tables.splice(at, 1);
  const lines = linesOf(table);
  const names = taken(tree);
  const made = lines.flatMap((_, line) => table.columns.map(({ left, width, name, ...content }) => {
    let free = `${name}_${String(line + 1).padStart(String(lines.length).length, "0")}`;
    if (names.has(free)) free = nextName(free, names);
    names.add(free);
    return { name: free, box: crossing(table, lines, line, { left, width }).map(rounded), ...content };
  }));
  const begin = fields(tree).length;
  tree.fields = [...fields(tree), ...made];
  tidy(tree);
  return made.map((_, one) => `f${begin + one}`);
}

/** Lines that are even as lines of which each has its own box. */
export function uneven(tree, id) {
  const table = tree.tables[placeOf(id).at];
  table.rows = { boxes: linesOf(table).map((line) => line.map(rounded)) };
}

/** A new column after the last, as wide as that, or in the room that is left; its id. */
export function addColumn(tree, id) {
  const { at } = placeOf(id);
  const table = tree.tables[at];
  const first = linesOf(table)[0];
  const last = table.columns.reduce((a, b) => (a.left + a.width > b.left + b.width ? a : b));
  const left = last.left + last.width;
  const room = first[0] + first[2] - left;
  const width = room > 0.2 * last.width ? Math.min(room, last.width) : last.width / 2;
  // Without room the last one makes some.
  const begin = room > 0.2 * last.width ? left : left - width;
  if (begin < left) last.width = rounded(last.width - width);
  table.columns.push({ name: nextName(last.name, new Set(table.columns.map((one) => one.name))), left: rounded(begin), width: rounded(width), format: { kind: "digits" } });
  return `t${at}c${table.columns.length - 1}`;
}

/** Sets or, with undefined, clears `key` of the formats of these ids. Of a table all columns are meant. */
export function setFormat(tree, ids, key, value, keeps) {
  for (const one of withFormat(tree, ids)) {
    const format = { kind: "digits", ...one.format, [key]: value };
    if (value === undefined) delete format[key];
    if (key === "kind" && (value === "date") !== (one.format?.kind === "date")) {
      // Days and numbers are no limits of each other.
      delete format.min;
      delete format.max;
    }
    if (key === "kind" && ["mark", "barcode"].includes(value)) {
      // Cells are for writing.
      delete one.cells;
      delete one.gap;
    }
    if (key === "kind") for (const other of Object.keys(format)) if (!keeps(value, other)) delete format[other];
    one.format = format;
  }
}

/** Adds a mark with its middle there; its id. */
export function addMark(tree, [x, y]) {
  tree.landmarks = { ...tree.landmarks, marks: [...landmarks(tree), [rounded(x), rounded(y)]] };
  return `m${tree.landmarks.marks.length - 1}`;
}

/** Sets or, with undefined, clears `key` of a part of the whole form: its landmarks, its sheet. */
export function setPart(tree, part, key, value) {
  tree[part] = { ...tree[part], [key]: value };
  if (value === undefined) delete tree[part][key];
  // What says more of a code says nothing without one.
  if (part === "sheet" && tree.sheet.code === undefined) delete tree.sheet;
  tidy(tree);
}

/** Gives the list of that name another name and `members`; without members it goes. A name that is new makes one. */
export function setList(tree, old, name, members) {
  const lists = Object.entries(tree.lists ?? {});
  const list = [name, members];
  const next = lists.some(([one]) => one === old) ? lists.map((one) => (one[0] === old ? list : one)) : [...lists, list];
  tree.lists = Object.fromEntries(next.filter(([, own]) => own.length));
  if (old && old !== name && members.length) tree.rules = tree.rules?.map((rule) => renamed(rule, old, name));
  if (!tree.rules) delete tree.rules;
  tidy(tree);
}

/** The fields and columns of these ids. */
export function withFormat(tree, ids) {
  return ids.filter((id) => placeOf(id).kind !== "m").flatMap((id) => (placeOf(id).kind === "t" || placeOf(id).kind === "r" ? thing(tree, id).columns : [thing(tree, id)]));
}
