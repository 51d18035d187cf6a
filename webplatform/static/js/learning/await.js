// Shows the page anew once something that it shows has another state: waiting, under way, ended.

import { findAll } from "../dom.js";

const EVERY_MS = 2000;
/** @param {Document} page */
const states = (page) =>
  findAll(page, "[data-state]")
    .map((badge) => badge.dataset.state)
    .join();
const shown = states(document);

setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (states(page) !== shown) location.reload();
}, EVERY_MS);
