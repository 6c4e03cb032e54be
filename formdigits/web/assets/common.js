// What every page's script uses: elements, requests to the API, times and shares as people write them.

/** An element with attributes, and children that are elements or text. Text stays text, whatever is in it. */
export function element(name, attributes = {}, ...children) {
  const made = ["svg", "g", "path", "polygon", "rect", "text", "title"].includes(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** What the server says no with: the code, and one sentence. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** The API's answer; throws an Error with one sentence, a Refusal where it is the server's. */
export async function ask(path, options = {}) {
  const answer = await answered(path, options);
  return answer.status === 204 ? null : answer.json().catch(() => null);
}

/** The lines of an answer of JSON Lines, each as soon as it has come; throws as `ask` does, and where it breaks off. */
export async function* askLines(path, options = {}) {
  const answer = await answered(path, options);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error("The server broke off in the middle of its answer; try again.");
    });
    const lines = (text + (value ?? "")).split("\n");
    text = lines.pop();
    for (const line of lines) yield JSON.parse(line);
    if (done) return;
  }
}

async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer; is it still running?");
  }
  if (answer.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    throw new Error("You are logged out; log in again.");
  }
  if (!answer.ok) {
    const body = await answer.json().catch(() => null);
    throw new Refusal(answer.status, body?.error ?? `The server refused this (${answer.status}).`);
  }
  return answer;
}

export function askJson(path, body, method = "POST") {
  return ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** 0.9987 as "99.8 %": never rounded up to what it is not. */
export function percent(share) {
  if (share >= 1) return "100 %";
  const digits = share >= 0.995 || share < 0.005 ? 2 : 1;
  const factor = 10 ** (digits + 2);
  return `${(Math.floor(share * factor) / factor * 100).toFixed(digits)} %`;
}

export function counted(number, thing) {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}

/** Shows every time on the page by the reader's clock. */
export function localTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    const today = when.toDateString() === new Date().toDateString();
    time.textContent = today
      ? `today ${when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`
      : when.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    time.title = when.toLocaleString();
  }
}

/** Files that are dropped on `place` go to `take`. */
export function dropZone(place, take) {
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) place.addEventListener(kind, () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

/** Puts `sentence` where problems are told; an empty one clears it. */
export function tell(place, sentence) {
  place.textContent = sentence;
  place.hidden = !sentence;
}
