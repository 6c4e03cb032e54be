// Marks of pages: to be scanned again, and a comment.

import { ask } from "/assets/common.js";

/** Has the form `place` keep the mark of the page whose address it has; `name` gives who marks it. */
export function marking(place, name) {
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = place.querySelector("[role=status]");
    if (!name()) {
      told.textContent = "Give your name first, where a value is mended or reviewed.";
      return;
    }
    const body = { name: name(), rescan: place.elements.rescan.checked, comment: place.elements.comment.value };
    try {
      await ask(place.dataset.address, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      told.textContent = body.rescan || body.comment.trim() ? "The page is marked." : "The page is not marked.";
    } catch (error) {
      told.textContent = error.message;
    }
  });
}

for (const place of document.querySelectorAll("form.page-mark[data-address]")) {
  marking(place, () => document.querySelector("#mend")?.dataset.name || (localStorage.getItem("formdigits-reviewer") ?? ""));
}
