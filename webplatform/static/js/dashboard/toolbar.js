// The buttons above the timelines: how they are drawn, which part of time, which expressions.

import { find, findAll, findIn } from "../dom.js";
import { fill, formatNumber } from "../format.js";
import { formatMoment } from "../moments.js";
import { drawSwatches } from "../paint.js";

/** @type {Record<string, number>} */
const ZOOM = { in: 0.5, out: 2 };
/** @type {Record<string, number>} */
const MOVE = { earlier: -0.5, later: 0.5 };

/**
 * `bucketMs` and `timeMs` are asked: how long a value stands for, and where playback is.
 * @param {import("./view.js").View} view
 * @param {{bucketMs: () => number, timeMs: () => number}} asked
 */
export function enableToolbar(view, { bucketMs, timeMs }) {
  const toolbar = find("toolbar");
  const text = find("span-text");
  /** @param {string} name */
  const all = (name) => findAll(toolbar, `[data-${name}]`);

  for (const button of all("mode")) button.addEventListener("click", () => view.setMode(button.dataset.mode ?? ""));
  for (const button of all("emotion")) {
    button.addEventListener("click", () => view.toggle(button.dataset.emotion ?? "", all("emotion").length));
  }
  for (const button of all("span")) {
    const { span = "" } = button.dataset;
    const isUseful = span === "all" || Number(span) < view.durationMs;
    button.hidden = !isUseful;
    button.addEventListener("click", () => (span === "all" ? view.showAll() : view.showSpan(Number(span), timeMs())));
  }
  for (const button of all("move")) {
    const { move = "" } = button.dataset;
    button.addEventListener("click", () => (move in ZOOM ? view.zoom(ZOOM[move], timeMs()) : view.move(MOVE[move])));
  }

  view.addEventListener("range", show);
  view.addEventListener("look", show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawSwatches(toolbar));
  drawSwatches(toolbar);
  show();

  function show() {
    for (const button of all("mode")) press(button, button.dataset.mode === view.mode);
    for (const button of all("emotion")) press(button, !view.hidden.has(button.dataset.emotion ?? ""));
    for (const button of all("span")) press(button, isShown(button.dataset.span ?? ""));
    setUnable("in", view.spanMs <= view.leastMs);
    setUnable("out", view.isWhole);
    setUnable("earlier", view.fromMs <= 0);
    setUnable("later", view.toMs >= view.durationMs);
    toolbar.dataset.mode = view.mode;
    text.textContent = fill(gettext("Shown: {from} – {to}, one value per {bucket}"), {
      from: formatMoment(view.fromMs),
      to: formatMoment(view.toMs),
      bucket: formatLength(bucketMs()),
    });
  }

  /** @param {string} span */
  function isShown(span) {
    return span === "all" ? view.isWhole : !view.isWhole && Math.round(view.spanMs) === Number(span);
  }

  /**
   * A button that has the focus keeps it, so it is said to be unable and not made so.
   * @param {string} move
   * @param {boolean} isUnable
   */
  function setUnable(move, isUnable) {
    findIn(toolbar, `[data-move="${move}"]`).setAttribute("aria-disabled", String(isUnable));
  }
}

/**
 * @param {HTMLElement} button
 * @param {boolean} isPressed
 */
function press(button, isPressed) {
  button.setAttribute("aria-pressed", String(isPressed));
}

/**
 * @param {number} lengthMs
 */
function formatLength(lengthMs) {
  if (lengthMs < 1000) return fill(gettext("{n} ms"), { n: formatNumber(lengthMs) });
  if (lengthMs < 60_000) return fill(gettext("{n} s"), { n: formatNumber(lengthMs / 1000, 1) });
  return fill(gettext("{n} min"), { n: formatNumber(lengthMs / 60_000, 1) });
}
