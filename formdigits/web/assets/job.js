// One job: its progress while it is read, and which field of the table is which on the page.

import { ask, askJson, counted, element } from "/assets/common.js";

const EVERY_MS = 1000;

const progress = document.querySelector("#progress");
const address = `/api/jobs/${progress.dataset.job}`;
const stuck = document.querySelector("#stuck");

function tellStuck(sentence) {
  stuck.firstElementChild.textContent = sentence ?? "";
  stuck.hidden = !sentence;
}

async function follow() {
  let job;
  try {
    job = await ask(address);
  } catch (error) {
    tellStuck(error.message);
    setTimeout(follow, 5 * EVERY_MS);
    return;
  }
  const { counts } = job;
  const first = Number(progress.dataset.done) === 0;
  if (job.state === "finished" || job.state === "cancelled" || (first && counts.done > 0)) {
    // What is on the page was made when there was less to show. It says so no sooner than it shows it.
    location.reload();
    return;
  }
  const state = document.querySelector("#state");
  state.textContent = job.state;
  state.className = `chip ${job.state}`;
  const looking = job.counted < job.documents ? `; ${job.counted} of ${counted(job.documents, "file")} looked at` : "";
  document.querySelector("#words").textContent =
    `${counts.done.toLocaleString("en")} of ${counted(counts.pages, "page")}${looking}`;
  document.querySelector("#bar").value = counts.pages ? counts.done / counts.pages : 0;
  tellStuck(job.problem);
  const fresh = document.querySelector("#fresh");
  if (fresh) fresh.hidden = counts.done <= Number(progress.dataset.done);
  setTimeout(follow, EVERY_MS);
}

function act(button, action) {
  button?.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await ask(`${address}/${action}`, { method: "POST" });
      location.reload();
    } catch (error) {
      tellStuck(error.message);
      button.disabled = false;
    }
  });
}

document.querySelector("#priority")?.addEventListener("change", async (event) => {
  try {
    await askJson(`${address}/priority`, { priority: event.target.value }, "PUT");
  } catch (error) {
    tellStuck(error.message);
  }
});

document.querySelector("#rename")?.addEventListener("click", async (event) => {
  const name = prompt("What should this job be called? Empty: by its folder or file.", event.target.dataset.name);
  if (name === null) return;
  try {
    await ask(address, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name }) });
    location.reload();
  } catch (error) {
    tellStuck(error.message);
  }
});

document.querySelector("#delete")?.addEventListener("click", async (event) => {
  if (!confirm("Delete this job with all that was read and said, and the files that were sent for it? This cannot be undone.")) return;
  event.target.disabled = true;
  try {
    await ask(address, { method: "DELETE" });
    location.assign("/jobs");
  } catch (error) {
    tellStuck(error.message);
    event.target.disabled = false;
  }
});

// Tables of a large job are made beside the server, and stay to be fetched.
const exports = document.querySelector("#exports");

function shown(one) {
  const kind = `${one.format.toUpperCase()}${one.long ? ", one row per field" : ""}`;
  if (one.problem) return element("li", { class: "problem" }, `${kind}: ${one.problem}`);
  if (one.made === null) {
    const bar = element("progress", { max: Math.max(1, one.pages), value: one.done, "aria-label": `${kind}: pages written` });
    return element("li", {}, `${kind}: being made, ${one.done.toLocaleString("en")} of ${counted(one.pages, "page")} `, bar);
  }
  const when = new Date(one.made * 1000).toLocaleString();
  const link = element("a", { href: `${address}/exports/${one.name}`, download: true }, one.name);
  return element("li", {}, link, ` ${(one.size / 1e6).toFixed(1)} MB, as of ${when}`);
}

async function showExports() {
  const found = await ask(`${address}/exports`);
  exports.hidden = found.length === 0;
  exports.firstElementChild.replaceChildren(...found.map(shown));
  if (found.some((one) => one.made === null && !one.problem)) setTimeout(showExports, EVERY_MS);
}

for (const button of document.querySelectorAll("[data-export]")) {
  button.addEventListener("click", async () => {
    try {
      await askJson(`${address}/exports`, { format: button.dataset.export });
      await showExports();
    } catch (error) {
      tellStuck(error.message);
    }
  });
}
if (exports) showExports();

function light(field, on) {
  for (const one of document.querySelectorAll(`[data-field="${CSS.escape(field)}"]`)) one.classList.toggle("lit", on);
}

act(document.querySelector("#cancel"), "cancel");
act(document.querySelector("#resume"), "resume");
for (const one of document.querySelectorAll("[data-field]")) {
  one.addEventListener("pointerenter", () => light(one.dataset.field, true));
  one.addEventListener("pointerleave", () => light(one.dataset.field, false));
}

// Another row is another page of the server's: the table stays where it was scrolled to.
const table = document.querySelector("#table");
const kept = `scroll ${location.pathname}`;
if (table) {
  const [left, top] = (sessionStorage.getItem(kept) ?? "0 0").split(" ").map(Number);
  table.scrollTo(left, top);
  table.querySelector("tr[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  table.addEventListener("scroll", () => sessionStorage.setItem(kept, `${table.scrollLeft} ${table.scrollTop}`));
  // The whole row is the link, not the name alone.
  table.addEventListener("click", (event) => {
    if (!event.target.closest("a, button")) event.target.closest("tbody tr")?.querySelector("a")?.click();
  });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const link = step && table.querySelector("tr[aria-current]")?.[step]?.querySelector("a");
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
  if (new URLSearchParams(location.search).has("show")) table.focus({ preventScroll: true });
}

if ("open" in progress.dataset) setTimeout(follow, EVERY_MS);
