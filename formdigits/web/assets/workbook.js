// A workbook of the job that was changed elsewhere and comes back.

import { ask, element } from "/assets/common.js";

const chooser = document.querySelector("#workbook");
const told = document.querySelector("#brought");
const NAME = "formdigits-reviewer";

// A file that is chosen before this has run would go unseen.
if (chooser) chooser.disabled = false;

chooser?.addEventListener("change", async () => {
  const [file] = chooser.files;
  chooser.value = "";
  if (!file) return;
  const known = told.dataset.name || localStorage.getItem(NAME) || "";
  const name = told.dataset.name || prompt("Your name, which is kept with the corrections:", known);
  if (!name) return;
  if (!told.dataset.name) localStorage.setItem(NAME, name);
  const list = told.querySelector("ul");
  const summary = told.querySelector("b");
  told.hidden = false;
  list.replaceChildren();
  summary.textContent = `${file.name} is looked through…`;
  const body = new FormData();
  body.append("job", document.querySelector("#progress").dataset.job);
  body.append("name", name);
  body.append("file", file, file.name);
  try {
    const came = await ask("/api/workbooks", { method: "POST", body });
    summary.textContent = came.summary;
    list.replaceChildren(
      ...came.problems.map((one) => element("li", { class: "problem" }, one)),
      ...came.changes.map((one) => element("li", {}, `${one.where}: ${one.was || "nothing"} is ${one.value || "blank"}`)));
  } catch (error) {
    summary.textContent = error.message;
  }
});
