// Try on a page: a filled page is sent with the template as it stands, and what is read comes back into the boxes.

import { ask, counted, dropZone, element, percent, tell } from "/assets/common.js";

const REST_MS = 500;

export class Trying {
  #place;
  #given;
  #file = null;
  #page = 1;
  #asked = 0;
  #waiting = null;

  /** `given` has id(), tree() and shown(): is told when there is something new to show. */
  constructor(place, given) {
    this.#place = place;
    this.#given = given;
    this.readings = null;
    this.outcomes = null;
    this.picture = "";
    const chooser = place.querySelector("input[type=file]");
    chooser.addEventListener("change", () => this.#take(chooser.files));
    dropZone(place.querySelector(".drop"), (files) => this.#take(files));
    place.querySelector("#trial-page").addEventListener("change", (event) => {
      this.#page = Number(event.target.value) || 1;
      this.picture = "";
      this.#read();
    });
  }

  get name() {
    return this.#file?.name ?? "";
  }

  #take(files) {
    if (!files.length) return;
    [this.#file] = files;
    this.#page = 1;
    this.picture = "";
    this.readings = this.outcomes = null;
    this.#place.querySelector("#trial-chosen").textContent = this.#file.name;
    this.#read();
  }

  /** Reads the page once more, when nothing has changed for a moment. */
  again() {
    if (!this.#file) return;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#read(), REST_MS);
  }

  async #read() {
    this.#asked += 1;
    const mine = this.#asked;
    const body = new FormData();
    body.append("file", this.#file, this.#file.name);
    body.append("id", this.#given.id());
    body.append("template", JSON.stringify(this.#given.tree()));
    body.append("page", this.#page);
    body.append("picture", !this.picture);
    const busy = this.#place.querySelector("#trial-busy");
    busy.hidden = false;
    try {
      const { page, of, picture } = await ask("/api/editor/try", { method: "POST", body });
      if (mine !== this.#asked) return;
      tell(this.#place.querySelector("#trial-problem"), page.status === "read" ? "" : page.reason);
      this.readings = new Map(page.readings.map((one) => [one.field, one]));
      this.outcomes = new Map(page.rules.map((one) => [one.rule, one.outcome]));
      if (picture) this.picture = picture;
      this.#tell(page, of);
      this.#given.shown(Boolean(picture));
    } catch (error) {
      if (mine === this.#asked) tell(this.#place.querySelector("#trial-problem"), error.message);
    } finally {
      if (mine === this.#asked) busy.hidden = true;
    }
  }

  #tell(page, of) {
    const choice = this.#place.querySelector("#trial-page");
    choice.closest("label").hidden = of < 2;
    if (choice.options.length !== of) {
      choice.replaceChildren(...Array.from({ length: Math.min(of, 500) }, (_, at) => element("option", { value: at + 1 }, at + 1)));
    }
    choice.value = String(this.#page);
    const count = (status) => page.readings.filter((one) => one.status === status).length;
    const words = [["accepted", "accepted"], ["review", "to review"], ["blank", "blank"], ["void", "void"]]
      .filter(([status]) => count(status)).map(([status, said]) => `${count(status)} ${said}`);
    this.#place.querySelector("#trial-told").textContent = page.status === "read"
      ? `${counted(page.readings.length, "field")}: ${words.join(", ")}. The form fits by ${percent(page.fit)}.` : "";
  }
}
