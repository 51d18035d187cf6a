// The title is changed in place; without scripts the same form loads the page anew.

import { request } from "../api.js";

export function enableRename(data, words) {
  const details = document.getElementById("rename");
  if (!details) return;
  const form = details.querySelector("form");
  const input = form.elements.title;
  const problem = form.querySelector("[role=alert]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const body = new FormData();
    body.append("title", input.value);
    try {
      show((await request(`/sessions/${data.id}/`, { method: "PATCH", body })).title);
    } catch (refusal) {
      problem.textContent = (refusal.status && refusal.message) || words.renameFailed;
      problem.hidden = false;
    }
  });

  details.addEventListener("toggle", () => {
    if (details.open) input.select();
  });
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  function show(title) {
    document.getElementById("title").textContent = title;
    document.title = `${title} · Raut`;
    document.getElementById("announcement").textContent = words.renamed;
    input.value = title;
    close();
  }

  function close() {
    details.open = false;
    details.querySelector("summary").focus();
  }
}
