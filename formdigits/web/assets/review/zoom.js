// A picture that is enlarged, moved and turned at will: wheel, drag, two fingers, double click, buttons.

const MOST = 12;

/** Makes the picture in `frame`, whichever is there, one that can be looked at closely. */
export class Zoom {
  #pointers = new Map();
  #moved = false;

  constructor(frame) {
    this.frame = frame;
    this.reset();
    frame.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY / 400), event);
    }, { passive: false });
    frame.addEventListener("pointerdown", (event) => {
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
      this.#moved = false;
    });
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      frame.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    }
    frame.addEventListener("dblclick", () => this.reset());
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    // What was dragged was not clicked.
    frame.addEventListener("click", (event) => { if (this.#moved) event.stopImmediatePropagation(); }, { capture: true });
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, turn: 0 });
    this.apply();
  }

  rotate() {
    this.turn = (this.turn + 90) % 360;
    this.apply();
  }

  /** Larger by the factor, so that what is under the pointer, or the middle, stays where it is. */
  by(factor, event = null) {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    const box = this.frame.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
    const ratio = scale / this.scale;
    this.x = scale === 1 ? 0 : x - (x - this.x) * ratio;
    this.y = scale === 1 ? 0 : y - (y - this.y) * ratio;
    this.scale = scale;
    this.apply();
  }

  apply() {
    const image = this.frame.querySelector("img");
    if (!image) return;
    // Lying on its side it has to fit the other way round.
    const fit = this.turn % 180 ? Math.min(1, this.frame.clientHeight / this.frame.clientWidth) || 1 : 1;
    image.style.transform = `translate(${this.x}px, ${this.y}px) rotate(${this.turn}deg) scale(${this.scale * fit})`;
    this.frame.classList.toggle("zoomed", this.scale > 1);
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    if (others.length) {
      const far = (place) => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]);
      this.by(far(now) / Math.max(1, far(before)), event);
    } else if (this.scale > 1) {
      this.x += now[0] - before[0];
      this.y += now[1] - before[1];
      this.apply();
    }
    if (Math.hypot(now[0] - before[0], now[1] - before[1]) > 2) this.#moved = true;
    this.#pointers.set(event.pointerId, now);
  }
}
