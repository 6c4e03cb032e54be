// The browser's camera: a frame goes to the server when the one before has been answered, and what is seen in it is
// drawn over the picture.

import { ask, askJson, element, percent, tell } from "/assets/common.js";

const WIDTH = 1280;
const QUALITY = 0.8;
const FASTEST_MS = 100;

const place = (id) => document.querySelector(`#${id}`);
const video = place("video");
const drawn = place("drawn");
const start = place("start");
const sheet = document.createElement("canvas");

let running = null;

start.addEventListener("click", () => (running ? stop() : begin()));
place("how").addEventListener("change", () => running && restart());
place("camera").addEventListener("change", () => running && restart());
place("capture").addEventListener("click", () => running && command("capture"));
place("undo").addEventListener("click", async () => {
  if (running && await command("undo")) {
    running.rows -= 1;
    place("rows").tBodies[0].lastElementChild?.remove();
    place("undo").disabled = running.rows === 0;
  }
});
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
    const how = place("how").value;
    const every = [...place("how").options].map((one) => one.value).filter((one) => one !== "all" && one !== "paper");
    const templates = how === "all" ? every : how === "paper" ? [] : [how];
    const session = await askJson("/api/live", { templates });
    running = { ...session, stream, since: performance.now(), rows: 0, pace: 0 };
    place("idle").hidden = true;
    start.textContent = "Stop the camera";
    place("capture").disabled = false;
    columns(session.fields);
    look(running);
  } catch (error) {
    stop();
    tell(place("problem"), why(error));
  } finally {
    start.disabled = false;
  }
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
        const at = (begun - mine.since) / 1000;
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
  if (sight.row) addRow(sight.row, mine);
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
    // Along the field, as on the sheet: on one that lies sideways level words would run into each other.
    const [[x, y], [right, down], , [left, below]] = one.quad;
    const size = Math.max(14, Math.min(30, 0.8 * Math.hypot(left - x, below - y)));
    const turn = Math.atan2(down - y, right - x) * 180 / Math.PI;
    const transform = `translate(${x} ${y}) rotate(${turn}) translate(0 -4) scale(${size})`;
    shapes.push(element("text", { transform }, one.value));
  }
  drawn.replaceChildren(...shapes);
}

function columns(fields) {
  place("rows").tHead.replaceChildren(element("tr", {},
    element("th", { scope: "col", class: "number" }, "No."),
    ...(fields.length ? fields : ["Numbers"]).map((name) => element("th", { scope: "col" }, name))));
  place("rows").tBodies[0].replaceChildren();
  place("rows").hidden = true;
  place("empty").hidden = false;
  place("downloads").hidden = true;
  for (const link of document.querySelectorAll("#downloads a")) {
    link.href = `/api/live/${running.id}/export?format=${link.dataset.format}`;
  }
}

function addRow(row, mine) {
  mine.rows += 1;
  const values = new Map(row.readings.map((one) => [one.field, one]));
  const cells = mine.fields.length
    ? mine.fields.map((name) => values.get(name)).map((one) =>
      element("td", { class: one?.status === "review" ? "review" : "" }, one?.value ?? ""))
    : [element("td", {}, row.readings.map((one) => one.value).join(", "))];
  // A sheet that may have given a row before says so beside its number.
  const mark = row.status === "duplicate" ? [element("span", { class: "chip review" }, row.reason.split(":")[0]), " "] : [];
  place("rows").tBodies[0].append(element("tr", { title: row.reason },
    element("td", { class: "number" }, ...mark, String(row.page)), ...cells));
  place("rows").hidden = false;
  place("empty").hidden = true;
  place("downloads").hidden = false;
  place("undo").disabled = false;
}
