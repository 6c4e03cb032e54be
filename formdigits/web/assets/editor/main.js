// The template editor: what is chosen, what is done to it by mouse and by keys, checks, undo, and saving.

import { ask, askJson, counted, element, tell } from "/assets/common.js";
import { Desk, describe } from "/assets/editor/desk.js";
import { cellsIn, inside, nextRuling, snapEdges } from "/assets/editor/geometry.js";
import { WholeForm } from "/assets/editor/form.js";
import { History } from "/assets/editor/history.js";
import { Rules } from "/assets/editor/rules.js";
import { Selected } from "/assets/editor/selected.js";
import {
  addColumn, addField, addMark, boxOf, changed, dissolve, duplicate, everything, exists, fields, join, landmarks, makeTable,
  nameOf, newName, nextName, placeOf, remove, setBox, setList, splitIntoFields, tables, thing, tidy, uneven, withFormat,
} from "/assets/editor/tree.js";
import { Trying } from "/assets/editor/trying.js";
import { remember } from "/assets/templates.js";

const CHECK_MS = 150;
const LOOKING = matchMedia("(max-width: 48rem)");
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const root = document.querySelector("#editor");
const find = (selector) => root.querySelector(selector);
const frame = find("#desk");
const problem = find("#problem");

const editor = {
  id: root.dataset.template,
  history: null,
  held: null, // what is dragged, before it is let go
  ids: [],
  rulings: { level: [], upright: [] },
  mistakes: [],
  sentences: {},
  saved: null,
  tree: () => editor.held ?? editor.history?.present ?? null,
  chosen: () => editor.ids,
  readings: () => (editor.onPage ? trying.readings : null),
  onPage: false,
  looking: () => LOOKING.matches,
  wrong: () => new Set(editor.mistakes.map((one) => one.id).filter(Boolean)),
  remarks: {}, // how sure formats are that were proposed
  words: (id) => {
    const name = nameOf(editor.tree(), id);
    const remark = editor.remarks[name];
    return `${editor.sentences[name] ?? ""}${remark ? ` Proposed from the copies: ${remark}.` : ""}`;
  },
  reading: (name) => trying.readings?.get(name),
  choose,
  commit,
  step,
};

const desk = new Desk(frame, {
  ...editor,
  get rulings() { return editor.rulings; },
  place,
  draw: (box) => add(box),
});
const selected = new Selected(find("#chosen-card"), editor, JSON.parse(root.dataset.kinds), JSON.parse(root.dataset.checks));
const rules = new Rules(find("#rules"), editor.tree, (list, words) => commit((tree) => {
  tree.rules = list;
  tidy(tree);
}, words));
const whole = new WholeForm(find("#whole-form"), editor.tree, commit);
const trying = new Trying(find("#trial"), {
  id: () => editor.id,
  tree: editor.tree,
  shown: (fresh) => {
    if (fresh) showPage(true);
    else show();
  },
});

// What is done.

/** Makes `change` to a copy of the tree, as one step that can be undone. `again` names steps that are one while a key
    is held. */
function commit(change, words, again) {
  const next = changed(editor.history.present, change);
  editor.held = null;
  if (JSON.stringify(next) === JSON.stringify(editor.history.present)) {
    show();
    return;
  }
  editor.history.push(next, { words, again });
  say(words);
  altered();
}

/** Boxes by id while they are dragged; undefined lets them go where they are, null takes them back. */
function place(boxes, words) {
  if (boxes) {
    editor.held = changed(editor.history.present, (tree) => {
      for (const [id, box] of boxes) setBox(tree, id, box);
    });
  } else if (boxes === undefined && editor.held) {
    const held = editor.held;
    commit(() => held, words);
  } else {
    editor.held = null;
    show();
  }
}

function choose(ids) {
  editor.ids = ids.filter((id) => exists(editor.tree(), id));
  show();
  const [first] = editor.ids;
  if (first) desk.reveal(first);
}

/** Chooses the next thing, or the one before; `name` has its name typed at once. */
function step(way, name) {
  const all = everything(editor.tree());
  if (!all.length) return;
  const at = all.indexOf(editor.ids.at(way > 0 ? -1 : 0));
  choose([all[at < 0 ? 0 : (at + way + all.length) % all.length]]);
  say(describe(editor.tree(), editor.ids[0]));
  if (name) selected.focusName();
}

function add(box) {
  let made;
  commit((tree) => {
    const like = editor.ids.length === 1 && placeOf(editor.ids[0]).kind === "f" ? thing(tree, editor.ids[0]) : undefined;
    const cells = cellsIn(box, editor.rulings);
    made = addField(tree, { name: newName(tree, like), box: inside(box, tree.page), ...(cells > 1 ? { cells } : {}), format: structuredClone(like?.format ?? { kind: "digits" }) });
  }, "Draw a box");
  drawing(false);
  choose([made]);
}

/** A box in the middle of what is seen, for whoever has no mouse. */
function addInMiddle() {
  const [left, top, width, height] = desk.seen;
  const last = editor.ids.length === 1 ? boxOf(editor.tree(), editor.ids[0]) : null;
  const size = last && placeOf(editor.ids[0]).kind === "f" ? [last[2], last[3]] : [0.2 * width, 0.05 * height];
  const box = [left + width / 2 - size[0] / 2, top + height / 2 - size[1] / 2, ...size];
  add(snapEdges(box, ["left", "top", "right", "bottom"], editor.rulings, desk.reach).box);
}

const acts = {
  draw: () => drawing(!desk.drawing),
  undo: () => back("undo", "Undone"),
  redo: () => back("redo", "Done again"),
  delete: () => {
    const gone = editor.ids;
    editor.ids = [];
    commit((tree) => remove(tree, gone), `Delete ${gone.length === 1 ? nameOf(editor.history.present, gone[0]) : counted(gone.length, "thing")}`);
  },
  duplicate: () => become((tree) => duplicate(tree, editor.ids), "Duplicate"),
  split: () => {
    const [id] = editor.ids;
    commit((tree) => {
      const [field] = withFormat(tree, [id]);
      const found = cellsIn(boxOf(tree, id), editor.rulings);
      const [, , width, height] = boxOf(tree, id);
      if (!(field.cells > 1)) field.cells = found > 1 ? found : Math.max(2, Math.min(64, placeOf(id).kind === "f" ? Math.round(width / height) : 2));
    }, "Split into cells");
    selected.focusCells();
  },
  apart: () => become((tree) => splitIntoFields(tree, editor.ids[0]), "Cells as fields"),
  join: () => become((tree) => [join(tree, editor.ids)], "Join into a comb"),
  table: () => {
    const before = editor.history.present;
    become((tree) => {
      const made = makeTable(tree, editor.ids);
      return made ? [made] : null;
    }, "Make a table");
    if (before === editor.history.present) tell(problem, "These boxes are no table: choose boxes that stand in rows and columns, two rows at least.");
  },
  list: () => {
    const names = editor.ids.map((id) => nameOf(editor.tree(), id));
    const taken = new Set([...Object.keys(editor.tree().lists ?? {}), ...fields(editor.tree()).map((one) => one.name)]);
    commit((tree) => setList(tree, "", taken.has("list") ? nextName("list", taken) : "list", names), "Make a list");
    find("#whole-form").open = true;
    find("#lists li:nth-last-child(2) input").select();
  },
  mark: () => {
    const [left, top, width, height] = desk.seen;
    become((tree) => [addMark(tree, [left + width / 2, top + height / 2])], "Add a mark");
  },
  sum: () => rules.begin(` = sum(${editor.ids.map((id) => nameOf(editor.tree(), id)).join(", ")})`),
  column: () => become((tree) => [addColumn(tree, editor.ids[0])], "Add a column"),
  uneven: () => commit((tree) => uneven(tree, editor.ids[0]), "Uneven lines"),
  dissolve: () => become((tree) => dissolve(tree, editor.ids[0]), "Table as boxes"),
  whole: () => choose(around()),
  closer: () => desk.zoom(1),
  farther: () => desk.zoom(-1),
  whole_page: () => desk.zoom(0),
  save,
  keys: () => document.querySelector("#keys").showModal(),
};

/** Makes a change after which other things are chosen: those that it gives; null for none at all. */
function become(change, words) {
  let ids = null;
  tell(problem, "");
  const next = changed(editor.history.present, (tree) => { ids = change(tree); });
  if (!ids) return;
  editor.ids = [];
  commit(() => next, words);
  choose(ids);
}

function back(way, words) {
  if (!editor.history[way === "undo" ? "canUndo" : "canRedo"]) return;
  editor.held = null;
  const what = editor.history[way]();
  say(`${words}: ${what}`);
  editor.ids = editor.ids.filter((id) => exists(editor.tree(), id));
  altered();
}

function drawing(on) {
  desk.drawing = on && !editor.looking();
  frame.classList.toggle("drawing", desk.drawing);
  find("[data-act=draw]").setAttribute("aria-pressed", String(desk.drawing));
  if (desk.drawing) say("Drag over the page where the box is to be, or press Enter for one in the middle.");
}

async function save() {
  tell(problem, "");
  const tree = editor.history.present;
  try {
    const { form, told } = await kept(tree);
    editor.id = form.id;
    editor.saved = tree;
    remember(form.id);
    history.replaceState(null, "", `/templates/${form.id}`);
    find("#version").textContent = `version ${form.version}`;
    for (const link of root.querySelectorAll("a[data-file]")) link.href = `/api/templates/${form.id}/${link.dataset.file}`;
    find("#read-pages").href = `/jobs?template=${form.id}`;
    find("#saved-parts").hidden = false;
    say(told);
    show();
  } catch (error) {
    tell(problem, error.message);
  }
}

/** Saves the template; where somebody has saved it meanwhile, only if the person wants to. */
async function kept(tree) {
  const address = `/api/editor/${editor.id}/save`;
  try {
    return await askJson(address, { template: tree });
  } catch (error) {
    if (error.status !== 409 || !confirm(error.message)) throw error;
    return askJson(address, { template: tree, over: true });
  }
}

// What is shown.

function say(words) {
  find("#told").textContent = words;
}

let waiting = null;
let checks = 0;

function altered() {
  show();
  clearTimeout(waiting);
  waiting = setTimeout(check, CHECK_MS);
}

async function check() {
  checks += 1;
  const mine = checks;
  const tree = editor.history.present;
  try {
    const { mistakes, warnings, words } = await askJson(`/api/editor/${editor.id}/check`, { template: tree });
    if (mine !== checks) return;
    editor.mistakes = mistakes.map((one) => ({ ...one, id: culprit(tree, one) }));
    if (!mistakes.length) editor.sentences = words;
    find("#warnings").replaceChildren(...warnings.map((one) => element("li", {}, one)));
    find("#warnings-part").hidden = !warnings.length;
    show();
    if (!mistakes.length) trying.again();
  } catch (error) {
    if (mine === checks) tell(problem, error.message);
  }
}

/** The id of what a mistake is about; of one between parts, what it names first. */
function culprit(tree, { where, sentence }) {
  const [part, at, inner, column] = where;
  if (part === "fields" && Number.isInteger(at)) return `f${at}`;
  if (part === "tables" && Number.isInteger(at)) return inner === "columns" && Number.isInteger(column) ? `t${at}c${column}` : `t${at}`;
  if (part) return null;
  const names = [...sentence.matchAll(/'([^']*)'/g)].map((one) => one[1]);
  return everything(tree).find((id) => names.includes(thing(tree, id).name)) ?? null;
}

function wrongLists() {
  const mistakes = editor.mistakes.filter(({ where, sentence }) => where[0] === "lists" || (!where.length && /\blist\b/.test(sentence)));
  return new Map(Object.keys(editor.tree().lists ?? {}).map((name) => [name, mistakes.find(({ where, sentence }) => where[1] === name || sentence.includes(`'${name}'`))?.sentence ?? ""]));
}

function wrongRules() {
  const found = new Map();
  for (const { where, sentence } of editor.mistakes) {
    if (where[0] === "rules") found.set(where[1] ?? 0, sentence.replace(/^rules\.\d+: /, ""));
    else if (!where.length) (editor.tree().rules ?? []).forEach((rule, at) => sentence.includes(`'${rule}'`) && found.set(at, sentence));
  }
  return found;
}

function show() {
  const tree = editor.tree();
  if (!tree) return;
  desk.draw();
  selected.show();
  rules.show(trying.outcomes, wrongRules());
  find("[data-act=undo]").disabled = !editor.history.canUndo;
  find("[data-act=redo]").disabled = !editor.history.canRedo;
  whole.show(wrongLists());
  const unsaved = editor.history.present !== editor.saved;
  find("[data-act=save]").textContent = unsaved ? "Save" : "Saved";
  find("[data-act=save]").disabled = !unsaved;
  find("#mistakes").replaceChildren(...editor.mistakes.map((one) => {
    const button = element("button", { type: "button", class: "quiet" }, one.sentence);
    button.addEventListener("click", () => one.id && choose([one.id]));
    return element("li", {}, one.id ? button : one.sentence);
  }));
  find("#mistakes-part").hidden = !editor.mistakes.length;
  showList(tree);
}

function showList(tree) {
  const list = find("#list");
  const wrong = editor.wrong();
  const all = everything(tree);
  while (list.children.length > all.length) list.lastElementChild.remove();
  while (list.children.length < all.length) list.append(element("li", { role: "option", id: `option-${list.children.length}` }));
  all.forEach((id, at) => {
    const option = list.children[at];
    const { kind } = placeOf(id);
    const reading = editor.readings()?.get(nameOf(tree, id));
    const words = thing(tree, id).name + (kind === "t" ? " (table)" : "") + (reading ? `  ${reading.value || "–"}` : "");
    if (option.textContent !== words) option.textContent = words;
    option.dataset.id = id;
    option.className = `${kind === "c" ? "inner" : ""} ${wrong.has(id) ? "wrong" : ""}`;
    option.setAttribute("aria-selected", String(editor.ids.includes(id)));
  });
  const last = all.indexOf(editor.ids.at(-1));
  if (last >= 0) {
    list.setAttribute("aria-activedescendant", `option-${last}`);
    const option = list.children[last];
    if (option.offsetTop < list.scrollTop || option.offsetTop + option.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = option.offsetTop - list.clientHeight / 2;
  } else list.removeAttribute("aria-activedescendant");
  const parts = [[fields(tree).length, "field"], [tables(tree).length, "table"], [landmarks(tree).length, "mark"]];
  find("#count").textContent = parts.filter(([count, of]) => count || of === "field").map(([count, of]) => counted(count, of)).join(", ");
}

/** Shows the page that is tried, with what was read, or the blank form. */
function showPage(on) {
  editor.onPage = on && Boolean(trying.picture);
  desk.show(editor.onPage ? trying.picture : editor.picture, editor.onPage ? `The page ${trying.name}` : "The blank form");
  find("#which").hidden = !trying.picture;
  find("#which").setAttribute("aria-pressed", String(editor.onPage));
  show();
}

// Keys and buttons.

/** Moves what is chosen by keys: with Shift its right and lower edges, with Ctrl to the next ruling. */
function nudge(event) {
  const [dx, dy] = ARROWS[event.key];
  const ids = editor.ids;
  const by = Math.max(0.5, Math.round(desk.unit * 2) / 2);
  const far = Math.max(editor.tree().page.width, editor.tree().page.height);
  commit((tree) => {
    let [x, y] = [dx * by, dy * by];
    if (event.ctrlKey) {
      const edge = event.shiftKey ? (dx ? "right" : "bottom") : { "-1,0": "left", "1,0": "right", "0,-1": "top", "0,1": "bottom" }[`${dx},${dy}`];
      const box = boxOf(tree, ids[0]);
      const to = nextRuling(box, edge, editor.rulings, dx + dy, far);
      if (to === null) return;
      const was = { left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3] }[edge];
      [x, y] = dx ? [to - was, 0] : [0, to - was];
    }
    for (const id of ids) {
      const [left, top, width, height] = boxOf(tree, id);
      setBox(tree, id, event.shiftKey ? [left, top, Math.max(2, width + x), Math.max(2, height + y)] : [left + x, top + y, width, height]);
    }
  }, event.shiftKey ? "Resize" : "Move", `${event.key} ${event.shiftKey} ${ids}`);
}

const KEYS = { n: () => step(1), p: () => step(-1), d: acts.draw, s: "split", t: "table", j: "join", "+": acts.closer, "=": acts.closer, "-": acts.farther, 0: acts.whole_page, "?": acts.keys };

/** What is around what is chosen: the table of a column, else nothing. */
function around() {
  const [id] = editor.ids;
  return editor.ids.length === 1 && ["c", "r"].includes(placeOf(id).kind) ? [`t${placeOf(id).at}`] : [];
}

function offered(act) {
  return editor.ids.length > 0 && !find(`#chosen-card [data-act=${act}]`).hidden;
}

frame.addEventListener("keydown", (event) => {
  if (editor.looking()) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (ARROWS[event.key] && editor.ids.length && !event.altKey) nudge(event);
  else if (event.key === "Delete" || event.key === "Backspace") editor.ids.length && acts.delete();
  else if (event.key === "Escape") desk.drawing ? drawing(false) : choose(around());
  else if (event.key === "Enter") desk.drawing ? addInMiddle() : editor.ids.length && selected.focusName();
  else if (plain && KEYS[event.key]) {
    const act = KEYS[event.key];
    if (typeof act === "function") act();
    else if (offered(act)) acts[act]();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "a") choose(fields(editor.tree()).map((_, at) => `f${at}`));
  else if ((event.ctrlKey || event.metaKey) && event.key === "d") offered("duplicate") && acts.duplicate();
  else return;
  event.preventDefault();
});

find("#list").addEventListener("keydown", (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way && event.shiftKey) {
    const all = everything(editor.tree());
    const next = all[all.indexOf(editor.ids.at(-1)) + way];
    if (next) choose([...editor.ids.filter((id) => id !== next), next]);
  } else if (way) step(way);
  else if (event.key === "Enter" || event.key === "F2") editor.ids.length && selected.focusName();
  else if (event.key === "Delete" && !editor.looking()) editor.ids.length && acts.delete();
  else if (event.key === "Escape") choose(around());
  else if (!event.ctrlKey && !event.metaKey && !event.altKey && typeof KEYS[event.key] === "string" && offered(KEYS[event.key])) acts[KEYS[event.key]]();
  else return;
  event.preventDefault();
});

find("#list").addEventListener("click", (event) => {
  const id = event.target.closest("li")?.dataset.id;
  if (!id) return;
  if (event.shiftKey && editor.ids.length) {
    const all = everything(editor.tree());
    const [from, to] = [all.indexOf(editor.ids[0]), all.indexOf(id)].sort((a, b) => a - b);
    choose(all.slice(from, to + 1));
  } else if (event.ctrlKey || event.metaKey) choose(editor.ids.includes(id) ? editor.ids.filter((one) => one !== id) : [...editor.ids, id]);
  else choose([id]);
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !editor.history) return;
  const key = event.key.toLowerCase();
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea") && event.target.value !== (event.target.dataset.was ?? null);
  if (key === "s") save();
  else if (typing || editor.looking()) return;
  else if (key === "y" || (key === "z" && event.shiftKey)) acts.redo();
  else if (key === "z") acts.undo();
  else return;
  event.preventDefault();
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button || !acts[button.dataset.act]) return;
  acts[button.dataset.act]();
  // Where the button is gone by what it did, keys go to the page.
  if (button.hidden || button.disabled || !button.offsetParent) frame.focus({ preventScroll: true });
});

find("#which").addEventListener("click", () => showPage(!editor.onPage));
document.querySelector("#keys button").addEventListener("click", () => document.querySelector("#keys").close());
LOOKING.addEventListener("change", () => {
  drawing(false);
  show();
});
find("#form-name").addEventListener("change", (event) => {
  const name = event.target.value.trim();
  if (name) commit((tree) => { tree.form = name; }, "Rename the form");
  event.target.value = editor.tree().form;
});

window.addEventListener("beforeunload", (event) => {
  if (editor.history && editor.history.present !== editor.saved && editor.history.canUndo) event.preventDefault();
});

// The beginning.

try {
  const { form, template, picture, blank, rulings } = await ask(`/api/editor/${editor.id}`);
  editor.history = new History(template);
  editor.saved = form.draft ? null : template;
  editor.rulings = rulings;
  editor.picture = picture;
  find("#form-name").value = template.form;
  find("[data-file=blank]").hidden = !blank;
  find("#which").textContent = "Show the page tried";
  desk.show(picture, blank ? "The blank form" : "White paper: the template has no picture of its blank form");
  const { told, remarks } = JSON.parse(sessionStorage.getItem(`formdigits-told-${form.id}`) ?? '{"told": [], "remarks": {}}');
  editor.remarks = remarks;
  find("#notes").replaceChildren(...told.map((one) => element("li", {}, one)));
  find("#notes").hidden = !told.length;
  root.dataset.ready = "yes";
  show();
  check();
} catch (error) {
  tell(problem, error.message);
}
