// Sessions laid over each other: the same charts, a session where a group would be, without bands.

import { reasonOf, request } from "../api.js";
import { find, findOptional } from "../dom.js";
import { pageData } from "../format.js";
import { Board, shownFrom } from "./board.js";

const WAIT_MS = 2000;
/** @type {OverlayData} */
const data = pageData("results-data");

async function show() {
  try {
    /** @type {OverlayAnswer} */
    const { sessions } = await request(`/overlay/?${data.overlay}`);
    const groups = sessions
      .filter(({ why }) => !why)
      .map(({ title, participant, mean }) => ({
        name: participant ? `${participant}: ${title}` : title,
        n: null,
        curve: { mean, low: null, high: null },
        change: null,
      }));
    /** @type {import("./board.js").FileOf} */
    const fileOf = (key, kind) => `/overlay/chart.${kind}?${data.overlay}&show=${key}`;
    new Board({ groups, emotions: data.emotions, shown: shownFrom(data.emotions), fileOf });
  } catch (error) {
    const failed = find("charts-failed");
    failed.textContent = reasonOf(error, gettext("The results could not be fetched. Reload the page."));
    failed.hidden = false;
  }
}

async function follow() {
  try {
    /** @type {OverlayAnswer} */
    const { is_waiting: isWaiting } = await request(`/overlay/?${data.overlay}`);
    if (!isWaiting) {
      location.reload();
      return;
    }
  } catch {
    // The next look may succeed; the page says already that it waits.
  }
  setTimeout(follow, WAIT_MS);
}

document.documentElement.classList.add("has-script");
if (findOptional("charts")) show();
if (data.isWaiting) setTimeout(follow, WAIT_MS);
