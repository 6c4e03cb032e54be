// What the pages share that show many fields at once: who reviews, what the window has, and answers sent together.

import { tell } from "../common.js";
import { Queue } from "./queue.js";

const at = (id) => document.getElementById(id);

/** The window's queue; `begin` is called when it is known who reviews. What the window shows is renewed meanwhile. */
export function reviewer(begin) {
  const place = at("many");
  const queue = new Queue(place.dataset.job, () => {}, () => {});
  const known = () => place.dataset.name || localStorage.getItem("formdigits-reviewer");
  async function enter() {
    queue.name = known();
    at("ask").hidden = true;
    place.hidden = false;
    try {
      await begin();
    } catch (error) {
      tell(at("problem"), error.message);
    }
  }
  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    localStorage.setItem("formdigits-reviewer", at("ask-name").value.trim());
    enter();
  });
  // Once the page has what is returned here.
  if (known()) queueMicrotask(enter);
  else {
    at("ask").hidden = false;
    at("ask-name").focus();
  }
  return queue;
}

/** Shows that nothing is left. */
export function nothing() {
  at("many").hidden = true;
  at("none").hidden = false;
}
