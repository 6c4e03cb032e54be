// The templates to pick from on the page of jobs: which are ticked, looked at, sent anew and deleted.

import { ask, counted, element, tell } from "/assets/common.js";

const KEPT = "formdigits-templates";

/** Templates that were sent from this browser, where nobody has an account. */
function ours() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

/** That a template was sent, or saved, from this browser. */
export function remember(id) {
  localStorage.setItem(KEPT, JSON.stringify([id, ...ours().filter((one) => one !== id)].slice(0, 200)));
}

export function templatePicker(form) {
  const problem = form.querySelector("#template-problem");
  const dialog = document.querySelector("#preview");
  const mine = ours();
  for (const box of form.querySelectorAll("[name=template][data-unknown]")) box.checked = mine.includes(box.value);
  // Whoever comes from a template's editor means that one alone.
  const meant = new URLSearchParams(location.search).get("template");
  if (meant) for (const box of form.querySelectorAll("[name=template]")) box.checked = box.value === meant;
  if (form.querySelector("[name=template]:checked")) form.querySelector("[name=how][value=templates]").checked = true;
  form.querySelector("#template").addEventListener("change", (event) => add(form, event.target, problem));
  form.querySelector("#forms").addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-template]");
    if (!button) return;
    event.preventDefault();
    const { template, form: name } = button.dataset;
    if (button.dataset.act === "preview") {
      dialog.querySelector("h2").textContent = name;
      dialog.querySelector("img").src = `/api/templates/${template}/preview.jpg`;
      dialog.showModal();
    } else if (confirm(`Delete the template ${name}? Jobs that were read by it keep it.`)) {
      tell(problem, "");
      try {
        await ask(`/api/templates/${template}`, { method: "DELETE" });
        button.closest(".choice-row").remove();
      } catch (error) {
        tell(problem, error.message);
      }
    }
  });
  dialog?.querySelector("button").addEventListener("click", () => dialog.close());
}

async function add(form, input, problem) {
  const body = new FormData();
  for (const file of input.files) body.append("files", file, file.name);
  tell(problem, "");
  try {
    const added = await ask("/api/templates", { method: "POST", body });
    remember(added.id);
    // Another of that name is an earlier version from now on.
    for (const box of form.querySelectorAll("[name=template]")) {
      if (box.dataset.form === added.form && box.dataset.sent === "yes") box.checked = false;
    }
    const known = form.querySelector(`[name=template][value="${added.id}"]`);
    if (known) known.checked = true;
    else input.parentElement.before(row(added));
    form.querySelector("[name=how][value=templates]").checked = true;
  } catch (error) {
    tell(problem, error.message);
  }
  input.value = "";
}

function row(one) {
  const act = (name, words) => element("button", {
    type: "button", class: "quiet small", "data-template": one.id, "data-form": one.form, "data-act": name,
  }, words);
  return element("div", { class: "choice-row" },
    element("label", { class: "choice" },
      element("input", { type: "checkbox", name: "template", value: one.id, "data-form": one.form, "data-sent": "yes", checked: true }),
      element("span", {}, `${one.form} `, element("span", { class: "soft" }, counted(one.fields.length, "field"),
        one.version > 1 && `, version ${one.version}`))),
    act("preview", "Preview"), act("delete", "Delete"));
}
