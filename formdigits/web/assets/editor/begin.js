// The page of templates: a new one from a blank form or filled copies, or from a YAML file; those there are.

import { ask, dropZone, localTimes, tell } from "/assets/common.js";
import { remember } from "/assets/templates.js";

localTimes();

const begin = document.querySelector("#begin");
const chooser = begin.querySelector("#blank");
const problem = begin.querySelector("#problem");
const name = begin.querySelector("#form-name");
let files = [];
let typed = false;

function take(more) {
  files = [...more];
  begin.querySelector("#chosen").textContent = files.length > 1 ? `${files.length} copies chosen` : files[0]?.name ?? "";
  if (!typed && files.length) name.value = files[0].name.replace(/\.[^.]*$/, "");
}

name.addEventListener("input", () => {
  typed = name.value !== "";
});
chooser.addEventListener("change", () => take(chooser.files));
dropZone(begin.querySelector("#drop"), take);

begin.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell(problem, "");
  const button = begin.querySelector("button.primary");
  if (!files.length) {
    tell(problem, "Choose the blank form, or filled copies of it.");
    return;
  }
  button.disabled = true;
  begin.querySelector("#busy").hidden = false;
  const body = new FormData();
  for (const file of files) body.append("files", file, file.name);
  body.append("form", name.value);
  body.append("page", begin.querySelector("#page-number").value || "1");
  for (const one of ["everything", "dropout"]) body.append(one, begin.querySelector(`#${one}`).checked);
  try {
    const { form, told, remarks } = await ask("/api/editor/draft", { method: "POST", body });
    sessionStorage.setItem(`formdigits-told-${form.id}`, JSON.stringify({ told, remarks }));
    location.assign(`/templates/${form.id}`);
  } catch (error) {
    tell(problem, error.message);
    button.disabled = false;
    begin.querySelector("#busy").hidden = true;
  }
});

const yaml = document.querySelector("#yaml");
yaml.addEventListener("change", async () => {
  const place = document.querySelector("#yaml-problem");
  const body = new FormData();
  for (const file of yaml.files) body.append("files", file, file.name);
  tell(place, "");
  try {
    const form = await ask("/api/templates", { method: "POST", body });
    remember(form.id);
    location.assign(`/templates/${form.id}`);
  } catch (error) {
    tell(place, error.message);
  }
  yaml.value = "";
});

document.querySelector("#known")?.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-template]");
  if (!button || !confirm(`Delete the template ${button.dataset.form}? Jobs that were read by it keep it.`)) return;
  const place = document.querySelector("#known-problem");
  tell(place, "");
  try {
    await ask(`/api/templates/${button.dataset.template}`, { method: "DELETE" });
    button.closest("tr").remove();
  } catch (error) {
    tell(place, error.message);
  }
});
