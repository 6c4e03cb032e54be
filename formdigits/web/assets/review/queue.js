// The fields of one window: some ahead of the one on the screen, answers on their way to the server.

import { Refusal } from "../common.js";

const AHEAD = 6;
const PICTURES_AHEAD = 3;
const RENEW_MS = 40_000;
const AGAIN_MS = 2_000;

export class Queue {
  /** `returned(field, answer, sentence)` is called where the server refuses an answer after the screen went on. */
  constructor(job, returned, changed) {
    this.base = `/api/jobs/${job}/review`;
    this.window = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
    this.name = "";
    this.wanted = {};
    this.ready = [];
    this.current = null;
    this.unsent = 0;
    this.returned = returned;
    this.changed = changed;
    this.filling = null;
    this.giving = Promise.resolve();
    /** Grows with everything that puts another field on the screen, so that what comes late is known as late. */
    this.asked = 0;
    setInterval(() => this.renew(), RENEW_MS);
    addEventListener("pagehide", () => this.release());
    addEventListener("beforeunload", (event) => { if (this.unsent) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.renew(); });
  }

  async call(path, body, options = {}) {
    const seat = { name: this.name, window: this.window };
    const answer = await fetch(this.base + path, {
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify({ ...seat, ...body }),
      priority: "high",
      ...options,
    });
    if (answer.status === 204) return null;
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refusal(answer.status, told.error ?? `The server answered ${answer.status}.`);
    return told;
  }

  /** Brings fields until enough are ahead; one request at a time. Whether any came. */
  fill() {
    this.filling ??= (async () => {
      try {
        const { wanted } = this;
        await this.giving;
        const count = AHEAD - this.ready.length;
        if (count <= 0 || wanted !== this.wanted) return false;
        const told = await this.call("/next", { count, ...wanted });
        // Others are wanted since: `anew` waits for these, and gives them back.
        if (wanted !== this.wanted) return false;
        this.ready.push(...told.fields);
        this.warm();
        return told.fields.length > 0;
      } finally {
        this.filling = null;
      }
    })();
    return this.filling;
  }

  /** Gives back what it has, since such fields are `wanted` from now on. Whether none have been asked for since. */
  async anew(wanted = {}) {
    const asked = this.#ask();
    const { filling } = this;
    this.wanted = { ...wanted };
    this.ready = [];
    // One after the other, and nothing is asked for meanwhile: a claim that is made before it is given back would be
    // on the screen and in nobody's hands.
    this.giving = this.giving.then(async () => {
      await filling?.catch(() => {});
      if (this.name) await this.call("/release", {}).catch(() => {});
    });
    await this.giving;
    return asked === this.asked;
  }

  /** The next field; null where nothing is left for this person, undefined where another was asked for since. */
  async next() {
    const asked = this.#ask();
    if (!this.ready.length) {
      await this.giving;
      await this.fill();
    }
    if (asked !== this.asked) return undefined;
    this.current = this.ready.shift() ?? null;
    if (this.current) prepare(this.current);
    this.warm();
    this.fill().catch(() => {});
    return this.current;
  }

  /** Shows a field of before once more; the present one comes after it. */
  async take(id) {
    await this.giving;
    const field = prepare(await this.call(`/fields/${id}/take`, {}));
    this.asked += 1;
    if (this.current && this.current.id !== id) this.ready.unshift(this.current);
    this.ready = this.ready.filter((one) => one.id !== id);
    this.current = field;
    return field;
  }

  /** Has the pictures of the next few fields on their way. Pages are large, so only the next one's is. */
  warm() {
    this.ready.slice(0, PICTURES_AHEAD).forEach((field, index) => prepare(field, index === 0));
  }

  answer(field, answer) {
    return this.call(`/fields/${field.id}/answer`, { ...answer, seen: field.answers });
  }

  /** Sends an answer while the screen goes on: again and again while the server is away. */
  async send(field, answer, settled) {
    this.unsent += 1;
    this.changed();
    for (;;) {
      try {
        settled(await this.answer(field, answer));
        break;
      } catch (error) {
        if (error instanceof Refusal) {
          this.returned(field, answer, error);
          break;
        }
        this.changed("The server cannot be reached. Your answers are kept here and sent when it is back.");
        await new Promise((after) => setTimeout(after, AGAIN_MS));
      }
    }
    this.unsent -= 1;
    this.changed();
  }

  /** Puts a field back on the screen; the present one comes after it. */
  put(field) {
    this.asked += 1;
    if (this.current && this.current.id !== field.id) this.ready.unshift(this.current);
    this.current = field;
  }

  skip(field) {
    return this.call(`/fields/${field.id}/skip`, {});
  }

  renew() {
    const fields = [this.current, ...this.ready].filter(Boolean).map((field) => field.id);
    if (fields.length && this.name) this.call("/renew", { fields }).catch(() => {});
  }

  release() {
    if (this.name) this.call("/release", {}, { keepalive: true }).catch(() => {});
  }

  /** While a field is on its way there is nothing on the screen that a key could answer. */
  #ask() {
    this.current = null;
    this.asked += 1;
    return this.asked;
  }
}

/** Has the field's picture, and with `page` its page's, on their way, so that they are there when it is its turn. */
function prepare(field, page = true) {
  field.image ??= picture(field.picture, "high");
  if (page) field.pageImage ??= picture(field.page_picture, "low");
  return field;
}

function picture(address, priority) {
  const image = new Image();
  image.decoding = "sync";
  image.fetchPriority = priority;
  image.src = address;
  image.decode().catch(() => {});
  return image;
}
