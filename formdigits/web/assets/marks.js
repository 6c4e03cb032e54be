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

/** Has the form mark that page from now on. A mark that it has is shown with the form, so that none is lost unseen. */
export function markOf(place, job, document, page) {
  const address = `/api/jobs/${job}/pages/${document}/${page}/mark`;
  if (place.dataset.address === address) return;
  place.dataset.address = address;
  place.reset();
  place.querySelector("[role=status]").textContent = "";
  const around = place.closest("details");
  around.ontoggle = async () => {
    if (!around.open) return;
    const marks = await ask(`/api/jobs/${job}/marks`).catch(() => []);
    const mark = marks.find((one) => one.document === document && one.page === page);
    const { rescan, comment } = place.elements;
    // What somebody has begun meanwhile stays.
    if (!mark || place.dataset.address !== address || rescan.checked || comment.value) return;
    rescan.checked = mark.rescan;
    comment.value = mark.comment;
    place.querySelector("[role=status]").textContent = `Marked by ${mark.by}.`;
  };
  around.ontoggle();
}

for (const place of document.querySelectorAll("form.page-mark[data-address]")) {
  marking(place, () => document.querySelector("#mend")?.dataset.name || (localStorage.getItem("formdigits-reviewer") ?? ""));
}
