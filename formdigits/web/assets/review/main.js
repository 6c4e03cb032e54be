// Review by keyboard: Enter accepts or keeps what was typed, B blank, V struck out, S skip, Z back, arrows alternatives.

import { Refusal, tell } from "../common.js";
import { marking, markOf } from "../marks.js";
import { Queue } from "./queue.js";
import { done, entry, progress, recent, say, show } from "./view.js";
import { Zoom } from "./zoom.js";

const at = (id) => document.getElementById(id);
const work = at("work");
const value = at("value");
const touch = matchMedia("(hover: none), (pointer: coarse)").matches;
const own = { answers: 0, times: [], last: 0, recent: [], past: [] };
const queue = new Queue(work.dataset.job, returned, changed);

const NOT_YET = "The picture is still on its way: nobody can say yet what it shows.";

/** What was typed and not kept yet, by field: it is there again when the field is. */
const drafts = new Map();
const zooms = [new Zoom(at("picture")), new Zoom(at("page"))];

let told = null;
let forcing = "";
let choice = -1;
let idle = 0;
let busy = false;

function shown(field, since) {
  if (field === undefined) return;
  if (!field) {
    rest();
    return;
  }
  clearTimeout(idle);
  forcing = "";
  choice = -1;
  show(field, (text) => { value.value = text; typed(); value.focus(); });
  value.value = drafts.get(field.id) ?? "";
  entry(field);
  for (const zoom of zooms) zoom.reset();
  markOf(at("page-mark"), work.dataset.job, field.document, field.page);
  const keys = Object.keys(field.format.keys);
  if (keys.length) say(`One key answers: ${keys.map((key) => key.toUpperCase()).join(", ")}; B, V and S with Alt.`, "note");
  if (!touch) value.focus();
  field.image.addEventListener("load", () => { if (at("message").textContent === NOT_YET) say(""); });
  own.last = performance.now();
  if (since === undefined) return;
  // From the key until the picture is there to be looked at; see benchmarks/review.py.
  const seen = () => requestAnimationFrame(() => performance.measure("next-field", { start: since, end: performance.now() }));
  field.image.decode().then(seen, seen);
}

async function rest() {
  const { asked } = queue;
  await refresh();
  if (asked !== queue.asked) return;
  if (told) done(told);
  // Others may leave something, or the job goes on.
  idle = setTimeout(async () => {
    await queue.fill().catch(() => {});
    if (asked !== queue.asked) return;
    if (queue.ready.length) forward();
    else rest();
  }, 4000);
}

async function refresh() {
  try {
    told = (await queue.call("")).progress;
    progress(told, own);
  } catch (error) {
    if (!(error instanceof Refusal)) changed("The server cannot be reached; this page tries again by itself.");
  }
}

function typed() {
  if (queue.current) drafts.set(queue.current.id, value.value);
  forcing = "";
  say("");
  entry(queue.current);
}

async function answer(kind, text, since) {
  const field = queue.current;
  if (!field || busy) return;
  if (!field.image.complete) {
    say(NOT_YET, "note");
    return;
  }
  if (kind === "accept" && !field.value) {
    say(`${field.hidden ? "You read this field by yourself" : "Nothing was read here"}: type the value, or say that it is blank (B) or struck out (V).`, "problem");
    return;
  }
  if (kind !== "type" && unkept()) return;
  const body = { kind, value: text, force: forcing === `${kind} ${text}` };
  const asked = { ...body, at: performance.now() - own.last };
  const sure = kind === "accept" ? !field.notes.length || fits(field.value, field.format) : kind !== "type" || fits(text, field.format);
  if (body.force || sure) {
    passed(field, queue.send(field, body, (settled) => answered(field, kind, settled)));
    count(asked.at);
    await forward(since);
    return;
  }
  // Only the server knows whether it fits, so the screen waits for its word.
  busy = true;
  try {
    const settled = await queue.answer(field, body);
    passed(field, null);
    count(asked.at);
    answered(field, kind, settled);
    busy = false;
    await forward(since);
  } catch (error) {
    busy = false;
    refused(field, body, error);
  }
}

/** Whether something is typed that would be lost; then it is said what can be done with it. */
function unkept() {
  const text = queue.current ? value.value.trim() : "";
  if (text) say(`You have typed ${text}: Enter keeps it, Esc clears it.`, "problem");
  return text !== "";
}

async function forward(since) {
  try {
    shown(await queue.next(), since);
  } catch (error) {
    say(error instanceof Refusal ? error.message : "The server cannot be reached; try again in a moment.", "problem");
  }
}

function count(spent) {
  own.answers += 1;
  own.times = [...own.times.slice(-40), spent];
}

function answered(field, kind, settled) {
  const same = settled.value === field.value && settled.value !== "";
  own.recent = [{ id: field.id, field: field.field, kind: same ? "accept" : kind, was: field.value, ...settled }, ...own.recent.filter((one) => one.id !== field.id)];
  recent(own.recent, again);
  drafts.delete(field.id);
  if (told && settled.stage !== field.stage) {
    told[settled.stage] += 1;
    told[field.stage] = Math.max(0, told[field.stage] - 1);
  }
  if (told) progress(told, own);
}

function refused(field, body, error) {
  if (!(error instanceof Refusal)) {
    say("The server cannot be reached; press Enter to try again.", "problem");
  } else if (error.status === 422) {
    forcing = `${body.kind} ${body.value}`;
    if (body.kind === "type") value.value = body.value;
    entry(field);
    say(`${error.message} Enter keeps it.`, "problem");
  } else if (error.status === 409) {
    forward().then(() => say(error.message, "note"));
  } else {
    say(error.message, "problem");
  }
  if (!touch) value.focus();
}

/** The screen has gone on, and the server does not take the answer: the field comes back, with why. */
function returned(field, body, error) {
  if (error.status === 409) {
    say(`${field.field}: ${error.message}`, "note");
    return;
  }
  queue.put(field);
  shown(field);
  refused(field, body, error);
}

function changed(trouble) {
  if (trouble) say(trouble, "problem");
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (queue.unsent > 1) document.title = `(${queue.unsent}) ${document.title}`;
}

async function skip(since) {
  const field = queue.current;
  if (!field || busy || unkept()) return;
  passed(field, queue.skip(field).catch(() => {}));
  await forward(since);
}

async function again(id) {
  if (busy || unkept()) return;
  try {
    const field = await queue.take(id);
    shown(field);
    const mine = field.said.filter((one) => one.by === queue.name).pop();
    if (mine) say(`You said ${mine.value || { blank: "blank", void: "struck out" }[mine.status] || mine.status}. What you say now takes its place.`, "note");
  } catch (error) {
    say(error.message, "problem");
  }
}

/** Remembers the way here, with what the server has not confirmed yet. */
function passed(field, sent) {
  const known = own.past.find((one) => one.id === field.id);
  if (known) known.sent = sent;
  else own.past.push({ id: field.id, sent });
}

async function back() {
  if (unkept()) return;
  const here = own.past.findIndex((one) => one.id === queue.current?.id);
  // From before this page was opened there is what the server knows, the newest first.
  const older = own.recent.filter((one) => !own.past.some((other) => other.id === one.id));
  const before = own.past[(here < 0 ? own.past.length : here) - 1] ?? older[older.findIndex((one) => one.id === queue.current?.id) + 1];
  if (!before) {
    say("There is nothing before this one.", "note");
    return;
  }
  await before.sent;
  await again(before.id);
}

function fits(text, format) {
  if (Object.values(format.keys).includes(text)) return !format.more;
  if (format.more || format.letters || !["digits", "integer"].includes(format.kind) || !/^[0-9]+$/.test(text)) return false;
  if (format.most_digits !== null) {
    if (text.length > format.most_digits) return false;
    if (text.length < format.least_digits && !(format.cells && format.kind === "integer")) return false;
  }
  return (format.least === null || Number(text) >= Number(format.least)) && (format.most === null || Number(text) <= Number(format.most));
}

function enter(since) {
  const text = value.value.trim();
  return text ? answer("type", text, since) : answer("accept", "", since);
}

function rotate() {
  for (const zoom of zooms) zoom.rotate();
}

const COMMANDS = { r: rotate, b: (since) => answer("blank", "", since), v: (since) => answer("void", "", since), s: skip, z: back, p: enlarge };

document.addEventListener("keydown", (event) => {
  if (work.hidden || !queue.current || event.ctrlKey || event.metaKey || event.isComposing || event.repeat && event.key === "Enter") return;
  if (event.target !== value && event.target.closest?.("button, a, input, textarea, select, summary, form")) {
    if (event.key === "Enter" || event.key === " " || event.target.closest("input, textarea, select, form")) return;
  }
  const letters = queue.current.format.letters;
  const command = COMMANDS[event.key.toLowerCase()];
  // What is marked is answered by the key of its label, before any command of the same key.
  const label = queue.current.format.keys[event.key.toLowerCase()];
  if (event.key === "Enter") enter(event.timeStamp);
  else if (label !== undefined && !event.altKey && value.value === "") answer("type", label, event.timeStamp);
  else if (command && (event.altKey || !letters)) command(event.timeStamp);
  else if (event.key === "Escape") { value.value = ""; typed(); }
  else if (event.key === "Backspace" && value.value === "") back();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key === "ArrowDown" ? 1 : -1);
  else {
    if (document.activeElement !== value && event.key.length === 1 && !event.altKey) value.focus();
    return;
  }
  event.preventDefault();
});

function choose(step) {
  const others = queue.current.alternatives.filter((one) => one.value);
  if (!others.length) return;
  if (choice < 0) own.typed = value.value;
  choice = Math.max(-1, Math.min(others.length - 1, choice + step));
  value.value = choice < 0 ? own.typed : others[choice].value;
  typed();
}

function enlarge() {
  at("page").classList.toggle("large");
}

value.addEventListener("input", typed);
at("accept").addEventListener("click", (event) => enter(event.timeStamp));
at("blank").addEventListener("click", (event) => answer("blank", "", event.timeStamp));
at("void").addEventListener("click", (event) => answer("void", "", event.timeStamp));
at("skip").addEventListener("click", (event) => skip(event.timeStamp));
at("back").addEventListener("click", back);
at("page").addEventListener("click", enlarge);
at("done-back").addEventListener("click", () => { if (own.recent[0]) again(own.recent[0].id); });
at("zoom-in").addEventListener("click", () => zooms[0].by(1.5));
at("zoom-out").addEventListener("click", () => zooms[0].by(1 / 1.5));
at("zoom-turn").addEventListener("click", rotate);
at("zoom-all").addEventListener("click", () => { for (const zoom of zooms) zoom.reset(); });
at("wanted").addEventListener("change", async () => {
  const [least, most] = at("wanted-sure").value.split(" ").map(Number);
  const wanted = { form: at("wanted-form")?.value ?? "", field: at("wanted-field").value, rule: at("wanted-rule")?.value ?? "", least, most };
  at("wanted").classList.toggle("narrowed", Boolean(wanted.form || wanted.field || wanted.rule || least > 0 || most < 1));
  clearTimeout(idle);
  // What the window has goes back; what was typed is kept.
  if (await queue.anew(wanted)) forward();
});
at("who").addEventListener("click", () => ask(""));
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  localStorage.setItem("formdigits-reviewer", at("ask-name").value.trim());
  begin();
});

function ask(problem) {
  queue.anew(queue.wanted);
  work.hidden = true;
  at("done").hidden = true;
  clearTimeout(idle);
  at("ask").hidden = false;
  at("ask-name").value = localStorage.getItem("formdigits-reviewer") ?? "";
  tell(at("ask-problem"), problem);
  at("ask-name").focus();
}

async function begin() {
  // Who is logged in with an account is known.
  const name = work.dataset.name || localStorage.getItem("formdigits-reviewer");
  if (!name) {
    ask("");
    return;
  }
  try {
    own.recent = await queue.call(`/answers?limit=50&name=${encodeURIComponent(name)}`);
  } catch (error) {
    ask(error.message);
    return;
  }
  queue.name = work.dataset.name || (own.recent[0]?.by ?? name.normalize("NFC").split(/\s+/).join(" "));
  own.recent = own.recent.filter((one, index, all) => all.findIndex((other) => other.id === one.id) === index);
  at("ask").hidden = true;
  at("name").textContent = queue.name;
  recent(own.recent, again);
  await Promise.all([refresh(), forward()]);
}

marking(at("page-mark"), () => queue.name);

setInterval(() => { if (!document.hidden && queue.name) refresh(); }, 10_000);
begin();
