// Geometry of boxes on a form: snapping to printed rulings, cells, tables out of boxes. Boxes are [left, top, width,
// height] in template units; a ruling is [x0, y0, x1, y1, thickness]. Nothing here knows of the page that shows them.

export const EDGES = ["left", "top", "right", "bottom"];

/** How much of a box's side a ruling must run along to be its side. */
const ALONG = 0.5;
/** How much two rows, or two pitches, may differ, as a share of a line's height. */
const UNEVEN = 0.08;
/** How much cells may differ in width and still be those of one comb. */
const CELLS_DIFFER = 0.25;

export const rounded = (value) => Math.round(value * 10) / 10;

/** Of a pitch, which adds up over all lines. */
export const fine = (value) => Math.round(value * 100) / 100;

/** A line's height that its pitch has room for. */
export const pitched = (pitch, height) => Math.min(rounded(height), Math.floor(fine(pitch) * 10) / 10);

export function fromSides(left, top, right, bottom) {
  return [Math.min(left, right), Math.min(top, bottom), Math.abs(right - left), Math.abs(bottom - top)];
}

export function bounds(boxes) {
  const sides = [0, 1].flatMap((at) => [Math.min(...boxes.map((box) => box[at])),
    Math.max(...boxes.map((box) => box[at] + box[at + 2]))]);
  return fromSides(sides[0], sides[2], sides[1], sides[3]);
}

/** The box kept inside the page; one that is moved keeps its size. */
export function inside([left, top, width, height], page) {
  const w = Math.min(width, page.width);
  const h = Math.min(height, page.height);
  return [Math.max(0, Math.min(left, page.width - w)), Math.max(0, Math.min(top, page.height - h)), w, h].map(rounded);
}

export function meets(one, other) {
  return one[0] < other[0] + other[2] && other[0] < one[0] + one[2]
    && one[1] < other[1] + other[3] && other[1] < one[1] + one[3];
}

/** Where the ruling nearest to an edge bounds the paper, no further than `reach`; null where there is none. An edge is
    at `value` across and goes `from`, `to` along; the box lies on its side `inward` (1: after it, -1: before it). */
export function nearestRuling(value, from, to, rulings, upright, inward, reach) {
  let best = null;
  for (const [x0, y0, x1, y1, thickness] of rulings) {
    const [begin, end, at, then] = upright ? [y0, y1, x0, x1] : [x0, x1, y0, y1];
    const shared = Math.min(to, end) - Math.max(from, begin);
    if (shared < ALONG * Math.max(1, to - from)) continue;
    const middle = Math.max(begin, Math.min(end, (from + to) / 2));
    const seen = at + (then - at) * (end > begin ? (middle - begin) / (end - begin) : 0);
    const place = seen + inward * thickness / 2;
    const off = Math.abs(place - value);
    if (off <= reach && (!best || off < best.off)) best = { place: rounded(place), off, begin, end };
  }
  return best;
}

function edgeOf(box, edge, rulings, reach) {
  const [left, top, width, height] = box;
  const upright = edge === "left" || edge === "right";
  const value = { left, top, right: left + width, bottom: top + height }[edge];
  const [from, to] = upright ? [top, top + height] : [left, left + width];
  const inward = edge === "left" || edge === "top" ? 1 : -1;
  return nearestRuling(value, from, to, upright ? rulings.upright : rulings.level, upright, inward, reach);
}

/** The box with those of its `edges` on rulings that are near one; `snapped` are those edges. */
export function snapEdges(box, edges, rulings, reach) {
  let [left, top, right, bottom] = [box[0], box[1], box[0] + box[2], box[1] + box[3]];
  const snapped = [];
  for (const edge of edges) {
    const found = edgeOf(box, edge, rulings, reach);
    if (!found) continue;
    snapped.push(edge);
    if (edge === "left") left = found.place;
    if (edge === "right") right = found.place;
    if (edge === "top") top = found.place;
    if (edge === "bottom") bottom = found.place;
  }
  if (right - left < 2 || bottom - top < 2) return { box, snapped: [] };
  return { box: fromSides(left, top, right, bottom).map(rounded), snapped };
}

/** The box moved by no more than `reach`, so that an edge of it lies on a ruling; its size stays. */
export function snapMoved(box, rulings, reach) {
  const shift = (one, other) => {
    const found = [one, other].map((edge) => [edge, edgeOf(box, edge, rulings, reach)]).filter(([, seen]) => seen)
      .sort((a, b) => a[1].off - b[1].off)[0];
    if (!found) return [0, null];
    const [edge, seen] = found;
    const value = { left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3] }[edge];
    return [seen.place - value, edge];
  };
  const [dx, across] = shift("left", "right");
  const [dy, down] = shift("top", "bottom");
  return { box: [rounded(box[0] + dx), rounded(box[1] + dy), box[2], box[3]], snapped: [across, down].filter(Boolean) };
}

/** The next ruling that an edge at `value` comes to in that `direction` (1 or -1), beyond where it is; null if none. */
export function nextRuling(box, edge, rulings, direction, reach) {
  let best = null;
  const upright = edge === "left" || edge === "right";
  const [from, to] = upright ? [box[1], box[1] + box[3]] : [box[0], box[0] + box[2]];
  const value = { left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3] }[edge];
  const inward = edge === "left" || edge === "top" ? 1 : -1;
  for (const ruling of upright ? rulings.upright : rulings.level) {
    const found = nearestRuling(value, from, to, [ruling], upright, inward, reach);
    const beyond = found && (found.place - value) * direction;
    if (found && beyond > 0.5 && (best === null || beyond < Math.abs(best - value))) best = found.place;
  }
  return best;
}

/** How many cells printed uprights part the box into, 1 where they are none, or not alike. */
export function cellsIn(box, rulings) {
  const [left, top, width, height] = box;
  const places = [];
  for (const [x0, y0, x1, y1] of rulings.upright) {
    const shared = Math.min(top + height, y1) - Math.max(top, y0);
    const x = (x0 + x1) / 2;
    if (shared >= ALONG * height && x > left + 0.04 * width && x < left + 0.96 * width) places.push(x);
  }
  places.sort((a, b) => a - b);
  const least = 0.25 * height;
  const apart = places.filter((x, at) => at === 0 || x - places[at - 1] > least);
  const sides = [left, ...apart, left + width];
  const widths = sides.slice(1).map((x, at) => x - sides[at]);
  const usual = width / widths.length;
  return widths.every((one) => Math.abs(one - usual) <= CELLS_DIFFER * usual) ? widths.length : 1;
}

/** The boxes of a comb's cells, left to right. */
export function cellBoxes([left, top, width, height], cells, gap = 0) {
  const each = (width - gap * (cells - 1)) / cells;
  return Array.from({ length: cells }, (_, at) => [rounded(left + at * (each + gap)), top, rounded(each), height]);
}

/** Boxes that stand beside each other as one comb: its box, how many cells it has, and the gap between them. */
export function combOf(boxes) {
  const row = [...boxes].sort((a, b) => a[0] - b[0]);
  const gaps = row.slice(1).map((box, at) => box[0] - row[at][0] - row[at][2]);
  const gap = gaps.reduce((sum, one) => sum + one, 0) / Math.max(1, gaps.length);
  // Neighbours that share a ruling have its thickness between them.
  return { box: bounds(row).map(rounded), cells: row.length, gap: gap > 0.12 * row[0][2] ? rounded(gap) : 0 };
}

/** Indices of boxes by rows from top to bottom, and in each from left to right. */
export function readingOrder(boxes) {
  return grouped(boxes, 1).flatMap((row) => row.sort((a, b) => boxes[a][0] - boxes[b][0]));
}

/** Indices of boxes that share a row (`axis` 1) or a column (`axis` 0), in order. */
function grouped(boxes, axis) {
  const order = boxes.map((_, at) => at).sort((a, b) => boxes[a][axis] - boxes[b][axis]);
  const groups = [];
  let end = -Infinity;
  for (const at of order) {
    const begin = boxes[at][axis];
    const size = boxes[at][axis + 2];
    if (groups.length && begin + size / 2 < end) groups.at(-1).push(at);
    else {
      groups.push([at]);
      end = begin + size;
    }
  }
  return groups;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The lines and columns that boxes make: `rows` as a template has them, `columns` with left, width and the indices of
    their boxes. Null where they are no table: fewer than two lines, or a column that is in one line alone. */
export function tableOf(boxes) {
  const rows = grouped(boxes, 1);
  const columns = grouped(boxes, 0);
  if (rows.length < 2 || columns.some((column) => column.length < Math.max(2, rows.length / 2))) return null;
  if (rows.some((row) => new Set(row.map((at) => columns.findIndex((one) => one.includes(at)))).size < row.length)) return null;
  const [left, , width] = bounds(boxes);
  const lines = rows.map((row) => {
    const top = median(row.map((at) => boxes[at][1]));
    return [left, top, width, median(row.map((at) => boxes[at][1] + boxes[at][3])) - top];
  });
  return {
    rows: evenRows(lines) ?? { boxes: lines.map((line) => line.map(rounded)) },
    columns: columns.map((column) => {
      const begin = median(column.map((at) => boxes[at][0]));
      return { left: rounded(begin), width: rounded(median(column.map((at) => boxes[at][0] + boxes[at][2])) - begin), from: column };
    }),
  };
}

/** Lines as a first one, a count and a pitch; null where they are uneven, or not below each other. */
export function evenRows(lines) {
  const pitch = (lines.at(-1)[1] - lines[0][1]) / (lines.length - 1);
  const height = Math.min(pitch, median(lines.map((line) => line[3])));
  const slack = UNEVEN * height;
  const even = lines.every((line, at) => Math.abs(line[1] - lines[0][1] - at * pitch) <= slack
    && Math.abs(line[3] - height) <= 2 * slack && Math.abs(line[0] - lines[0][0]) <= slack);
  if (!even || pitch <= 0) return null;
  return { first: [...lines[0].slice(0, 3).map(rounded), pitched(pitch, height)], count: lines.length, pitch: fine(pitch) };
}
