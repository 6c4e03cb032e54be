// The list of jobs, and beginning one: files are sent in batches, a folder or templates picked.

import { ask, askJson, counted, dropZone, element, localTimes, tell } from "/assets/common.js";
import { templatePicker } from "/assets/templates.js";

const EVERY_MS = 2000;
const BATCH_BYTES = 200e6;

localTimes();

async function watch() {
  for (const row of document.querySelectorAll("tr[data-open]")) {
    try {
      const job = await ask(`/api/jobs/${row.dataset.job}`);
      const chip = row.querySelector(".chip");
      chip.textContent = job.state;
      chip.className = `chip ${job.state}`;
      row.querySelector("progress").value = job.counts.pages ? job.counts.done / job.counts.pages : 0;
      row.querySelector(".pages span").textContent =
        `${job.counts.done.toLocaleString("en")} of ${job.counts.pages.toLocaleString("en")}`;
      row.querySelector("td.number").textContent = job.counts.review.toLocaleString("en");
      if (job.state === "finished" || job.state === "cancelled") row.removeAttribute("data-open");
    } catch {
      // The next look will tell.
    }
  }
  if (document.querySelector("tr[data-open]")) setTimeout(watch, EVERY_MS);
}
watch();

const form = document.querySelector("#new");
if (form) begin(form);

function begin(form) {
  const chooser = form.querySelector("#files");
  const problem = form.querySelector("#problem");
  const start = form.querySelector("#start");
  const most = Number(chooser.dataset.most);
  const folders = form.querySelector("#folders") && folderPicker(form.querySelector("#folders"), problem);
  let files = [];
  let shots = 0;

  function take(more) {
    files = [...files, ...more];
    form.querySelector("#chosen").textContent = files.length ? `${counted(files.length, "file")} chosen` : "";
  }

  chooser.addEventListener("change", () => take(chooser.files));
  dropZone(form.querySelector("#drop"), take);
  form.querySelector("#shot").addEventListener("change", (event) => {
    // A phone's camera calls all of its pictures the same, and gives one at a time.
    take([...event.target.files].map((shot) => {
      shots += 1;
      return new File([shot], `photograph ${shots}.${shot.name.split(".").at(-1)}`, { type: shot.type });
    }));
    event.target.value = "";
  });
  templatePicker(form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell(problem, "");
    start.disabled = true;
    try {
      const how = form.querySelector("[name=how]:checked").value;
      const templates = [...form.querySelectorAll("[name=template]:checked")].map((one) => one.value);
      if (how === "templates" && !templates.length) throw new Error("Pick a template, add one, or read without.");
      if (!files.length && !folders?.picked) throw new Error("Choose files to read, or pick a folder.");
      const { uploads, refused } = await send(form, files, most);
      const job = await askJson("/api/jobs", {
        name: form.querySelector("#job-name").value,
        uploads,
        folder: folders?.picked ?? "",
        templates: how === "templates" ? templates : [],
        single_field: how === "number",
        priority: form.querySelector("#priority").value,
        queue: form.querySelector("#queue")?.value ?? "formdigits",
        ...threshold(form.querySelector("#accept").value),
      });
      if (refused.length) {
        // Said before the way leads on: whoever sent them should know.
        const list = form.querySelector("#refused");
        list.replaceChildren(...refused.map((one) => element("li", {}, one)));
        list.hidden = false;
        form.querySelector("#sent").replaceChildren(
          element("a", { href: `/jobs/${job.id}` }, `Job ${job.id} reads the others.`));
        files = [];
        take([]);
      } else {
        location.assign(`/jobs/${job.id}`);
      }
    } catch (error) {
      tell(problem, error.message);
    } finally {
      start.disabled = false;
    }
  });
}

/** How sure a reading must be: `0.99`, or by which share of wrong ones that is chosen: `0.5%`. */
function threshold(chosen) {
  return chosen.endsWith("%") ? { max_error: Number(chosen.slice(0, -1)) / 100 } : { accept: Number(chosen) };
}

/** Sends the files in batches that the server takes; the ids of the batches, and what was refused of them. */
async function send(form, files, most) {
  const bar = form.querySelector("#sending");
  const uploads = [];
  const refused = [];
  bar.hidden = !files.length;
  let sent = 0;
  for (const batch of batches(files, most)) {
    const body = new FormData();
    for (const file of batch) body.append("files", file, file.name);
    try {
      const answer = await ask("/api/uploads", { method: "POST", body });
      uploads.push(answer.id);
      refused.push(...answer.refused);
    } catch (error) {
      if (files.length === batch.length) throw error;
      refused.push(error.message);
    }
    sent += batch.length;
    bar.value = sent / files.length;
    form.querySelector("#sent").textContent = `${sent} of ${counted(files.length, "file")} sent`;
  }
  return { uploads, refused };
}

function batches(files, most) {
  const made = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > BATCH_BYTES || made.at(-1).length === most) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1).push(file);
    bytes += file.size;
  }
  return made;
}

/** Goes through the folders that the server may read; `picked` is the one that is open, empty at the top. */
function folderPicker(place, problem) {
  const picker = { picked: "" };

  async function open(path) {
    try {
      const inside = await ask(`/api/folders?in=${encodeURIComponent(path)}`);
      picker.picked = inside.path;
      const parts = inside.path ? inside.path.split("/") : [];
      place.querySelector("#crumbs").replaceChildren(...["All folders", ...parts].map((name, at) => {
        const here = at === parts.length;
        const crumb = element("button", { type: "button", class: "quiet", "aria-pressed": String(here) }, name);
        crumb.addEventListener("click", () => open(parts.slice(0, at).join("/")));
        return crumb;
      }));
      place.querySelector("#inside").replaceChildren(...inside.folders.map((name) => {
        const enter = element("button", { type: "button" }, `${name}/`);
        enter.addEventListener("click", () => open([...parts, name].join("/")));
        return element("li", {}, enter);
      }), ...(inside.folders.length ? [] : [element("li", { class: "soft" }, "No folders in it")]));
      place.querySelector("#picked").textContent = inside.path
        ? `${inside.path} is picked: ${counted(inside.documents, "document")} in it, and all in the folders below.`
        : "No folder is picked.";
      tell(problem, "");
    } catch (error) {
      tell(problem, error.message);
    }
  }

  open("");
  return picker;
}
