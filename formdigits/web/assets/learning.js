// Learning the forms of a job from what people answered on it, and which version of a model reads them.

import { ask, askJson, element } from "/assets/common.js";

const EVERY_MS = 1000;

const card = document.querySelector("#learning");
const button = document.querySelector("#learn");
const address = `/api/jobs/${document.querySelector("#progress").dataset.job}`;

function show(now) {
  card.hidden = now.state === "none" && !card.querySelector("tbody tr");
  const running = now.state === "running";
  button.disabled = running;
  card.querySelector("progress").hidden = !running;
  card.querySelector("progress").value = now.share;
  card.querySelector("#learning-step").textContent = running ? `${now.step}…` : "";
  const problem = card.querySelector("#learning-problem");
  problem.textContent = now.problem;
  problem.hidden = !now.problem;
  card.querySelector("ul").replaceChildren(...now.sentences.map((one) => element("li", {}, one)));
  return running;
}

async function follow() {
  try {
    const running = show(await ask(`${address}/learn`));
    if (running) setTimeout(follow, EVERY_MS);
    // The new version is in the list that the server makes.
    else location.reload();
  } catch (error) {
    card.querySelector("#learning-step").textContent = error.message;
    setTimeout(follow, 5 * EVERY_MS);
  }
}

button?.addEventListener("click", async () => {
  button.disabled = true;
  try {
    show(await ask(`${address}/learn`, { method: "POST" }));
    setTimeout(follow, EVERY_MS);
  } catch (error) {
    card.hidden = false;
    card.querySelector("#learning-step").textContent = error.message;
    button.disabled = false;
  }
});

for (const one of card?.querySelectorAll("[data-number]") ?? []) {
  one.addEventListener("click", async () => {
    one.disabled = true;
    try {
      await askJson(`${address}/version`, { form: one.dataset.form, number: Number(one.dataset.number) }, "PUT");
      location.reload();
    } catch (error) {
      card.querySelector("#learning-step").textContent = error.message;
      one.disabled = false;
    }
  });
}

if (card && "running" in card.dataset) follow();
// What is clicked before this has run would go unseen.
if (button && !("running" in card.dataset)) button.disabled = false;
