// Puts the parts of the result together: one player, one view of time, one panel for each face.

import { closest, find, findAll } from "../dom.js";
import { formatMoment } from "../moments.js";
import { Corrections } from "./correct.js";
import { FacePanel } from "./face.js";
import { enableKeys } from "./keys.js";
import { Marking } from "./marking.js";
import { ObservationStore } from "./observations.js";
import { BoxOverlay } from "./overlay.js";
import { Player } from "./player.js";
import { drawThumbnails } from "./thumbnails.js";
import { enableToolbar } from "./toolbar.js";
import { View } from "./view.js";

const FIRST_PANELS = 3; // drawn at once; the others when they come into sight

/**
 * @param {SessionData} data
 */
export function showResult(data) {
  const player = new Player(data);
  const marking = new Marking({ player, data });
  const cards = findAll(document, "[data-face]");
  if (cards.length === 0) return;

  const view = new View({ durationMs: data.durationMs, leastMs: 10 * data.stepMs });
  const overlay = new BoxOverlay(player, new ObservationStore(data), data);
  const panels = cards.map((card) => new FacePanel(card, { data, view, player }));
  for (const panel of panels.slice(0, FIRST_PANELS)) panel.start();
  const now = find("now");

  enableToolbar(view, { bucketMs: () => panels[0].bucketMs, timeMs: () => player.timeMs });
  const corrections = new Corrections({ player, overlay, data });
  enableKeys({ data, view, player, overlay, panels, corrections, marking });
  player.onTime((tMs) => {
    now.textContent = formatMoment(tMs);
    view.follow(tMs);
    overlay.draw(tMs);
    for (const panel of panels) panel.showPlayhead(tMs);
  });
  followLinks(player, view);
  drawThumbnails(data);
  player.tell();
}

/**
 * Links to moments seek; an address that ends in #t=7400 opens there.
 * @param {Player} player
 * @param {View} view
 */
function followLinks(player, view) {
  find("watch").addEventListener("click", (event) => {
    const link = closest(event.target, "[data-seek]", HTMLAnchorElement);
    if (!link) return;
    event.preventDefault();
    const tMs = Number(link.dataset.seek);
    history.replaceState(null, "", link.hash);
    view.reveal(tMs, Number(link.dataset.until));
    player.seek(tMs);
    find("player").scrollIntoView({ block: "nearest" });
  });
  const match = /^#t=(\d+)$/.exec(location.hash);
  if (match) player.seek(Number(match[1]));
}
