// Where the values stand that are drawn over the camera's picture: beside their fields, and never on each other.

const LETTER = 0.64;
const EDGE = 0.25;
const GAP = 4;
const LARGEST = 30;
const SMALLEST = 11;
const SIZES = [1, 0.8, 0.62];

export class Labels {
  #last = new Map();

  /**
   * For readings with `field`, `value` and `quad` in a picture of `width` x `height`: `{text, x, y, turn, size}` each,
   * the left end of a label's foot, its angle in degrees and the height of its letters in pixels of the picture. One
   * that fits nowhere is left out; it is in the table beside the picture.
   */
  place(readings, width, height) {
    const shown = readings.filter((one) => one.quad.length === 4 && one.value);
    const fields = shown.map((one) => one.quad);
    const taken = [];
    const chosen = new Map();
    const labels = [];
    shown.forEach((one, own) => {
      const places = candidates(one).filter((place) => place.corners.every(([x, y]) =>
        x >= 0 && y >= 0 && x <= width && y <= height));
      // First where it was in the last frame, so that it does not jump about.
      places.sort((a, b) => (b.name === this.#last.get(one.field)) - (a.name === this.#last.get(one.field)));
      const free = places.filter((place) => !taken.some((other) => overlap(place.corners, other)));
      // What somebody has written is covered only where there is no other place.
      const found = free.find((place) => !fields.some((quad, at) => at !== own && overlap(place.corners, quad)))
        ?? free[0];
      if (!found) return;
      taken.push(found.corners);
      chosen.set(one.field, found.name);
      labels.push(found);
    });
    this.#last = chosen;
    return labels;
  }
}

/** Places along the field, as it lies: level words on a sheet that lies sideways would run into each other. */
function candidates({ value, quad }) {
  const [[x, y], [right, top], , [left, below]] = quad;
  const long = Math.hypot(right - x, top - y);
  const high = Math.hypot(left - x, below - y);
  if (!long || !high) return [];
  const along = [(right - x) / long, (top - y) / long];
  const down = [(left - x) / high, (below - y) / high];
  const turn = Math.atan2(along[1], along[0]) * 180 / Math.PI;
  const at = (across, under) => [x + across * along[0] + under * down[0], y + across * along[1] + under * down[1]];
  const largest = Math.max(SMALLEST, Math.min(LARGEST, 0.8 * high));
  const made = [];
  for (const share of SIZES) {
    const size = Math.max(SMALLEST, share * largest);
    const wide = size * (LETTER * [...value].length + EDGE);
    const places = {
      above: [0, -GAP],
      right: [long + GAP, (high + size) / 2],
      below: [0, high + size + GAP / 2],
      left: [-wide - GAP, (high + size) / 2],
    };
    for (const [name, [across, foot]] of Object.entries(places)) {
      const [footX, footY] = at(across, foot);
      const corners = [
        at(across, foot - size), at(across + wide, foot - size), at(across + wide, foot + EDGE * size),
        at(across, foot + EDGE * size),
      ];
      made.push({ name: `${name} ${share}`, text: value, x: footX, y: footY, turn, size, corners });
    }
  }
  return made;
}

/** Whether two convex shapes have a point in common: no straight line keeps them apart. */
function overlap(one, other) {
  for (const shape of [one, other]) {
    for (let at = 0; at < shape.length; at += 1) {
      const [x, y] = shape[at];
      const [nextX, nextY] = shape[(at + 1) % shape.length];
      const reach = (points) => points.map(([px, py]) => px * (y - nextY) + py * (nextX - x));
      const [a, b] = [reach(one), reach(other)];
      if (Math.max(...a) <= Math.min(...b) || Math.max(...b) <= Math.min(...a)) return false;
    }
  }
  return true;
}
