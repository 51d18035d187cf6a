// The title is changed in place; without scripts the same form loads the page anew.

import { reasonOf, request } from "../api.js";
import { fieldOf, find, findIn, findOptional } from "../dom.js";

/**
 * @param {SessionData} data
 */
export function enableRename(data) {
  const details = findOptional("rename", HTMLDetailsElement);
  if (!details) return;
  const form = findIn(details, "form", HTMLFormElement);
  const input = fieldOf(form, "title", HTMLInputElement);
  const problem = findIn(form, "[role=alert]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const body = new FormData();
    body.append("title", input.value);
    try {
      show((await request(`/sessions/${data.id}/`, { method: "PATCH", body })).title);
    } catch (error) {
      problem.textContent = reasonOf(error, gettext("The title could not be saved."));
      problem.hidden = false;
    }
  });

  details.addEventListener("toggle", () => {
    if (details.open) input.select();
  });
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  /** @param {string} title */
  function show(title) {
    find("title").textContent = title;
    document.title = `${title} · Raut`;
    find("announcement").textContent = gettext("Renamed.");
    input.value = title;
    close();
  }

  function close() {
    if (!details) return;
    details.open = false;
    findIn(details, "summary").focus();
  }
}
