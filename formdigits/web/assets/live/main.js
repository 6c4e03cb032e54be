// The browser's camera: a frame goes to the server when the one before has been answered, and what is seen in it is
// drawn over the picture.

import { ask, askJson, counted, element, percent, tell } from "/assets/common.js";
import { KeptRows } from "/assets/live/kept.js";
import { Labels } from "/assets/live/labels.js";
import { download, drawTable } from "/assets/live/table.js";

const WIDTH = 1280;
const QUALITY = 0.8;
const FASTEST_MS = 100;

const place = (id) => document.querySelector(`#${id}`);
const video = place("video");
const drawn = place("drawn");
const start = place("start");
const sheet = document.createElement("canvas");

const labels = new Labels();
const kept = await KeptRows.open(place("rows").dataset.person);

let running = null;

showRows();
start.disabled = false;
start.addEventListener("click", () => (running ? stop() : begin()));
place("how").addEventListener("change", () => running && restart());
place("camera").addEventListener("change", () => running && restart());
place("capture").addEventListener("click", () => running && command("capture"));
place("undo").addEventListener("click", async () => {
  // A row of an earlier session is known here alone.
  if (kept.rows.at(-1)?.session !== running?.id || await command("undo")) {
    // Without the camera nobody tells the server, whose session would count it still.
    if (!running) kept.session = null;
    kept.undo();
    showRows();
  }
});
place("clear").addEventListener("click", async () => {
  const lost = `${counted(kept.rows.length, "row")} of this table ${kept.rows.length === 1 ? "is" : "are"} not downloaded yet.`;
  if (!kept.downloaded && !confirm(`${lost} Throw them away?`)) return;
  const goesOn = running !== null;
  stop();
  kept.clear();
  showRows();
  if (goesOn) await begin();
});
for (const button of document.querySelectorAll("#downloads [data-format]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await download(kept, button.dataset.format);
      kept.downloaded = true;
      kept.save();
      tell(place("problem"), "");
    } catch (error) {
      tell(place("problem"), error.message);
    } finally {
      button.disabled = false;
      showRows();
    }
  });
}
addEventListener("pagehide", stop);

async function restart() {
  stop();
  await begin();
}

async function begin() {
  tell(place("problem"), "");
  start.disabled = true;
  try {
    const stream = await camera();
    video.srcObject = stream;
    await video.play();
    running = { ...await session(), stream, pace: 0 };
    place("idle").hidden = true;
    start.textContent = "Stop the camera";
    place("capture").disabled = false;
    kept.columns(running.fields);
    showRows();
    look(running);
  } catch (error) {
    stop();
    tell(place("problem"), why(error));
  } finally {
    start.disabled = false;
  }
}

/** The server's session: the one that this table had, where it still goes on, so that it knows the sheets it has read. */
async function session() {
  const how = place("how").value;
  const before = kept.session;
  if (before?.how === how) {
    try {
      return { ...await ask(`/api/live/${before.id}`), since: before.since };
    } catch {
      // It is over.
    }
  }
  const every = [...place("how").options].map((one) => one.value).filter((one) => one !== "all" && one !== "paper");
  const templates = how === "all" ? every : how === "paper" ? [] : [how];
  const rows = kept.rows.at(-1)?.page ?? 0;
  const begun = await askJson("/api/live", { templates, rows });
  kept.session = { id: begun.id, how, since: Date.now() };
  return { ...begun, since: kept.session.since };
}

async function camera() {
  if (!navigator.mediaDevices) {
    throw new Error("Browsers give a camera to https:// and to this machine's own address only; open this page so.");
  }
  const wanted = place("camera").value;
  const which = wanted ? { deviceId: { exact: wanted } } : { facingMode: "environment" };
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { ...which, width: { ideal: WIDTH }, height: { ideal: 720 } },
  });
  // Names are told only when the camera was allowed.
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const now = stream.getVideoTracks()[0].getSettings().deviceId;
  place("camera").replaceChildren(...cameras.map((one, at) =>
    element("option", { value: one.deviceId, selected: one.deviceId === now }, one.label || `Camera ${at + 1}`)));
  for (const one of document.querySelectorAll("#camera, [for=camera]")) one.hidden = cameras.length < 2;
  return stream;
}

function why(error) {
  return {
    NotAllowedError: "The camera was not allowed; allow it in the browser's settings for this page.",
    NotFoundError: "There is no camera; plug one in and try again.",
    NotReadableError: "The camera is used by another program; close that and try again.",
  }[error.name] ?? error.message;
}

function stop() {
  for (const track of running?.stream.getTracks() ?? video.srcObject?.getTracks() ?? []) track.stop();
  running = null;
  video.srcObject = null;
  drawn.replaceChildren();
  place("idle").hidden = false;
  place("guidance").hidden = true;
  place("state").hidden = true;
  place("pace").textContent = "";
  place("capture").disabled = true;
  start.textContent = "Start the camera";
}

async function command(what) {
  try {
    await ask(`/api/live/${running.id}/${what}`, { method: "POST" });
    return true;
  } catch (error) {
    tell(place("problem"), error.message);
    return false;
  }
}

async function look(mine) {
  while (running === mine) {
    const begun = performance.now();
    try {
      const jpeg = await frame();
      if (jpeg) {
        // By a clock that a reload does not set back.
        const at = (Date.now() - mine.since) / 1000;
        const sight = await ask(`/api/live/${mine.id}/frames?at=${at.toFixed(3)}`,
          { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: jpeg });
        if (running !== mine) return;
        show(sight, mine);
        mine.pace = 0.8 * (mine.pace || performance.now() - begun) + 0.2 * (performance.now() - begun);
        place("pace").textContent = `${(1000 / Math.max(mine.pace, FASTEST_MS)).toFixed(1)} frames per second`;
      }
    } catch (error) {
      if (running !== mine) return;
      stop();
      tell(place("problem"), error.message);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, FASTEST_MS - (performance.now() - begun))));
  }
}

/** The newest frame as JPEG, no larger than it needs to be; null while there is none. */
function frame() {
  if (!video.videoWidth) return null;
  const scale = Math.min(1, WIDTH / Math.max(video.videoWidth, video.videoHeight));
  sheet.width = Math.round(video.videoWidth * scale);
  sheet.height = Math.round(video.videoHeight * scale);
  sheet.getContext("2d").drawImage(video, 0, 0, sheet.width, sheet.height);
  return new Promise((resolve) => sheet.toBlob(resolve, "image/jpeg", QUALITY));
}

function show(sight, mine) {
  draw(sight);
  tell(place("guidance"), sight.guidance ?? "");
  const state = place("state");
  state.hidden = !sight.form && !sight.readings.length;
  const repeats = sight.repeats && !sight.again;
  state.className = `chip ${repeats ? "review" : sight.locked ? "finished" : "running"}`;
  state.textContent = sight.again ? "was read before" : repeats ? `possible repeat of row ${sight.repeats}`
    : sight.locked ? "read" : "reading";
  place("nothing").hidden = sight.readings.length > 0;
  place("now").hidden = sight.readings.length === 0;
  place("now").tBodies[0].replaceChildren(...sight.readings.map((one) => element("tr", {},
    element("th", { scope: "row" }, one.field),
    element("td", { class: "value" }, one.value || "–"),
    element("td", { class: "number" }, one.confidence ? percent(one.confidence) : ""))));
  if (sight.row) {
    kept.add(sight.row, mine.id);
    showRows();
  }
}

function draw(sight) {
  drawn.setAttribute("viewBox", `0 0 ${sight.width} ${sight.height}`);
  const shapes = [];
  const points = (quad) => quad.map((point) => point.map((one) => one.toFixed(1)).join(",")).join(" ");
  if (sight.outline) {
    shapes.push(element("polygon", {
      points: points(sight.outline), class: sight.locked ? "sheet-line locked" : "sheet-line",
    }));
  }
  for (const one of sight.readings) {
    if (one.quad.length !== 4) continue;
    const settled = sight.settled.includes(one.field) && one.status !== "review";
    shapes.push(element("polygon", { points: points(one.quad), class: `outline ${settled ? "accepted" : ""}` }));
  }
  for (const { text, x, y, turn, size } of labels.place(sight.readings, sight.width, sight.height)) {
    const transform = `translate(${x} ${y}) rotate(${turn}) scale(${size})`;
    shapes.push(element("text", { transform }, text));
  }
  drawn.replaceChildren(...shapes);
}

function showRows() {
  drawTable(place("rows"), kept);
  const none = kept.rows.length === 0;
  place("empty").hidden = !none;
  place("downloads").hidden = none;
  place("undo").disabled = none;
  const told = kept.full
    ? "This browser has no room for more rows: they are lost when the page is closed. Download them now."
    : kept.keeps ? kept.downloaded
      ? "Downloaded; gone from this browser when the page is opened next."
      : "Kept in this browser until they are downloaded."
      : "Live is open in another tab as well: these rows are lost when this one is closed.";
  tell(place("kept"), none ? "" : told);
}
