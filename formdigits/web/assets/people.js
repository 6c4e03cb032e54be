// Accounts: those of others for admins, and one's own password.

import { ask, localTimes, tell } from "/assets/common.js";

const at = (id) => document.querySelector(`#${id}`);

localTimes();

function send(method, path, body) {
  return ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Does it, and shows the page as it is then; or tells why not. */
async function act(doing) {
  tell(at("problem"), "");
  try {
    await doing();
    location.reload();
  } catch (error) {
    tell(at("problem"), error.message);
  }
}

at("add")?.addEventListener("submit", (event) => {
  event.preventDefault();
  act(() => send("POST", "/api/people", { name: at("name").value, role: at("role").value, password: at("password").value }));
});

for (const row of document.querySelectorAll("tr[data-name]")) {
  const { name } = row.dataset;
  row.querySelector(".role").addEventListener("change", (event) =>
    act(() => send("PUT", "/api/people", { name, role: event.target.value })));
  row.querySelector(".again").addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => send("PUT", "/api/people", { name, password: event.target.querySelector("input").value }));
  });
  row.querySelector(".remove").addEventListener("click", () => {
    if (confirm(`Remove the account of ${name}? What they have said of fields stays.`)) {
      act(() => ask(`/api/people?name=${encodeURIComponent(name)}`, { method: "DELETE" }));
    }
  });
}

at("change")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell(at("problem"), "");
  at("changed").textContent = "";
  try {
    await send("PUT", "/api/account/password", { now: at("now").value, password: at("password").value });
    event.target.reset();
    at("changed").textContent = "It is changed; elsewhere you are logged out.";
  } catch (error) {
    tell(at("problem"), error.message);
  }
});
