// Any value of a job mended: a dialog over the job's page with the field's picture, its value and who changed it.

import { ask, askJson, element, localTimes, tell } from "/assets/common.js";

const at = (id) => document.querySelector(`#mend-${id}`);
const NAMES = { blank: "blank", void: "struck out" };
const HOW = { accept: "found it right", type: "typed", blank: "said blank", void: "said struck out", undo: "took it back" };

const dialog = document.querySelector("#mend");
const address = dialog && `/api/jobs/${dialog.dataset.job}/fields/`;
let field = null;
let changed = false;
let forcing = "";

/** Who mends: the account's name, or one that is asked for once on this browser. */
function name() {
  return dialog.dataset.name || at("name").value.trim();
}

export async function openMend(id) {
  changed = false;
  try {
    await show(await ask(`${address}${id}?name=${encodeURIComponent(name())}`));
    tell(at("problem"), "");
    dialog.showModal();
    at("value").select();
  } catch (error) {
    alert(error.message);
  }
}

function show(told) {
  field = told;
  forcing = "";
  at("title").textContent = told.field;
  at("picture").src = told.picture;
  at("value").value = told.value;
  at("value").inputMode = told.format.letters ? "text" : ["digits", "integer"].includes(told.format.kind) ? "numeric" : "decimal";
  const now = told.value || NAMES[told.status] || "nothing";
  const read = told.read || NAMES[told.read_status] || "nothing";
  at("now").textContent = `It says ${now}; the machine read ${read}${told.read_status === "review" ? ", with doubt" : ""}.`;
  at("undo").disabled = !told.history.some((one) => one.kind !== "undo");
  at("history").tBodies[0].replaceChildren(...told.history.toReversed().map((one) => element("tr", {},
    element("td", {}, element("time", { datetime: one.at }, one.at)),
    element("td", { class: "what" }, one.by),
    element("td", {}, HOW[one.kind]),
    element("td", { class: "mono" }, one.was || NAMES[one.was_status] || "nothing"),
    element("td", { class: "mono" }, one.value || NAMES[one.status] || "nothing"))));
  at("history").hidden = !told.history.length;
  at("nobody").hidden = told.history.length > 0;
  localTimes(at("history"));
}

async function act(path, body) {
  tell(at("problem"), "");
  if (!name()) {
    tell(at("problem"), "Give your name first; it is kept with what you change.");
    at("name").focus();
    return;
  }
  if (!dialog.dataset.name) localStorage.setItem("formdigits-reviewer", name());
  try {
    show(await askJson(`${address}${field.id}/${path}`, { name: name(), seen: field.answers, ...body }));
    changed = true;
    at("value").focus();
    at("value").select();
  } catch (error) {
    tell(at("problem"), error.message);
    if (error.status === 422) {
      forcing = `${body.kind} ${body.value}`;
      tell(at("problem"), `${error.message} Keep does so now.`);
    } else if (error.status === 409) {
      const typed = at("value").value;
      await ask(`${address}${field.id}?name=${encodeURIComponent(name())}`).then(show, () => {});
      at("value").value = typed;
    }
  }
}

const mend = (kind, value = "") => act("mend", { kind, value, force: forcing === `${kind} ${value}` });

if (dialog) {
  at("name").value = dialog.dataset.name || (localStorage.getItem("formdigits-reviewer") ?? "");
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = at("value").value.trim();
    if (value) mend("type", value);
    else tell(at("problem"), "Type the value, or say that the field is blank or struck out.");
  });
  at("blank").addEventListener("click", () => mend("blank"));
  at("void").addEventListener("click", () => mend("void"));
  at("undo").addEventListener("click", () => act("undo", {}));
  at("close").addEventListener("click", () => dialog.close());
  // What is on the page was made before: counts, colours, the outlines of fields.
  dialog.addEventListener("close", () => { if (changed) location.reload(); });
  for (const button of document.querySelectorAll("[data-mend]")) {
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      openMend(button.dataset.mend);
    });
  }
}
