// The page to try it on: a file or a drawing goes to the API at once, and what was read is shown.

import { askLines, dropZone, element, tell } from "/assets/common.js";
import { Drawing } from "/assets/drawing.js";
import { explainedPage } from "/assets/explained.js";

const REST_MS = 450;

const chooser = document.querySelector("#file");
const how = document.querySelector("#how");
const problem = document.querySelector("#problem");
const results = document.querySelector("#results");
const busy = document.querySelector("#busy");
const undo = document.querySelector("#undo");
const clear = document.querySelector("#clear");

let asked = 0;
let file = null;
let waiting = null;

async function read(content, name, options, title) {
  asked += 1;
  const mine = asked;
  const body = new FormData();
  body.append("file", content, name);
  for (const [key, value] of Object.entries(options)) body.append(key, value);
  busy.hidden = false;
  busy.textContent = "Reading…";
  tell(problem, "");
  let come = 0;
  try {
    for await (const { page, of, error } of askLines("/api/read/pages", { method: "POST", body })) {
      // Whoever draws on has asked again meanwhile.
      if (mine !== asked) return;
      if (error) throw new Error(error);
      if (!come) results.replaceChildren();
      come += 1;
      show(page, come, of, title);
    }
  } catch (error) {
    if (mine === asked) {
      // What has come stays.
      if (!come) results.replaceChildren();
      tell(problem, error.message);
    }
  } finally {
    if (mine === asked) busy.hidden = true;
  }
}

/** Adds the page that has just come, the `come`-th of those `of` that the file has. */
function show(page, come, of, title) {
  results.append(explainedPage(page, of, title));
  const most = Math.min(of, Number(chooser.dataset.most));
  busy.textContent = `Reading page ${come + 1} of ${most}…`;
  if (come === most && of > most) {
    results.append(element("p", { class: "hint" }, `The first ${most} of ${of} pages; a job reads all of them.`));
  }
}

function readFile() {
  if (!file) return;
  const single = how.value === "number";
  read(file, file.name, { template: how.value === "find" || single ? "" : how.value, single_field: single });
}

async function readDrawing() {
  read(await drawing.file(), "drawing.png", { single_field: true }, "What you wrote");
}

function take(files) {
  if (!files.length) return;
  [file] = files;
  document.querySelector("#chosen").textContent = file.name;
  readFile();
}

chooser.addEventListener("change", () => take(chooser.files));
how.addEventListener("change", readFile);
dropZone(document.querySelector("#drop"), take);
document.addEventListener("paste", (event) => take(event.clipboardData?.files ?? []));

const drawing = new Drawing(document.querySelector("#canvas"), () => {
  undo.disabled = clear.disabled = drawing.empty;
  document.querySelector("#canvas-hint").hidden = !drawing.empty;
  clearTimeout(waiting);
  // What is still being read is of a drawing that is no more.
  asked += 1;
  busy.hidden = drawing.empty;
  if (drawing.empty) {
    results.replaceChildren();
    tell(problem, "");
    return;
  }
  waiting = setTimeout(readDrawing, REST_MS);
});
undo.addEventListener("click", () => drawing.undo());
clear.addEventListener("click", () => drawing.clear());
