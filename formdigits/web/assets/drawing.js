// A sheet to write on with mouse, finger or pen.

const PEN = 18;
const PAPER = "#ffffff";
const INK = "#10201d";

/** Keeps the strokes on `canvas` as lists of points in its own pixels; `changed` is called when one has ended. */
export class Drawing {
  #strokes = [];
  #current = null;
  #context;

  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.#context = canvas.getContext("2d");
    this.#paint();
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => this.#end(event));
    }
  }

  get empty() {
    return this.#strokes.length === 0;
  }

  clear() {
    this.#strokes = [];
    this.#paint();
    this.changed();
  }

  undo() {
    this.#strokes.pop();
    this.#paint();
    this.changed();
  }

  /** The sheet as a PNG file. */
  file() {
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }

  #begin(event) {
    // One pointer at a time: a palm that rests on the sheet draws nothing.
    if (this.#current || event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.#current = { pointer: event.pointerId, points: [this.#place(event)] };
    this.#dot(this.#current.points[0]);
  }

  #go(event) {
    if (this.#current?.pointer !== event.pointerId) return;
    // A quick hand makes more points than there are events.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const points = this.#current.points;
      points.push(this.#place(one));
      this.#line(points.at(-2), points.at(-1));
    }
  }

  #end(event) {
    if (this.#current?.pointer !== event.pointerId) return;
    this.#strokes.push(this.#current.points);
    this.#current = null;
    this.changed();
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) / box.width * this.canvas.width,
      (event.clientY - box.top) / box.height * this.canvas.height,
    ];
  }

  #paint() {
    this.#context.fillStyle = PAPER;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    for (const points of this.#strokes) {
      this.#dot(points[0]);
      for (let at = 1; at < points.length; at += 1) this.#line(points[at - 1], points[at]);
    }
  }

  #dot([x, y]) {
    this.#context.fillStyle = INK;
    this.#context.beginPath();
    this.#context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
    this.#context.fill();
  }

  #line(from, to) {
    Object.assign(this.#context, { strokeStyle: INK, lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    this.#context.beginPath();
    this.#context.moveTo(...from);
    this.#context.lineTo(...to);
    this.#context.stroke();
  }
}
