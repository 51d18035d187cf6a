// Keys that work while the video or a timeline has the focus, as the "Keys" box on the page says.

import { closest, find } from "../dom.js";

const FAR_MS = 5000;

/**
 * @param {object} parts
 * @param {SessionData} parts.data
 * @param {import("./view.js").View} parts.view
 * @param {import("./player.js").Player} parts.player
 * @param {import("./overlay.js").BoxOverlay} parts.overlay
 * @param {import("./face.js").FacePanel[]} parts.panels
 * @param {import("./correct.js").Corrections} parts.corrections
 * @param {import("./marking.js").Marking} parts.marking
 */
export function enableKeys({ data, view, player, overlay, panels, corrections, marking }) {
  const keys = find("keys", HTMLDetailsElement);
  /** @type {Record<string, (plot: HTMLElement | null) => void>} by the key, or the name of the key */
  const actions = {
    k: () => player.toggle(),
    j: () => player.seek(player.timeMs - FAR_MS),
    l: () => player.seek(player.timeMs + FAR_MS),
    ArrowLeft: () => player.seek(player.timeMs - data.stepMs),
    ArrowRight: () => player.seek(player.timeMs + data.stepMs),
    Home: () => player.seek(view.fromMs),
    End: () => player.seek(Math.min(view.toMs, data.durationMs - data.stepMs)),
    "+": () => view.zoom(0.5, player.timeMs),
    "=": () => view.zoom(0.5, player.timeMs),
    "-": () => view.zoom(2, player.timeMs),
    ",": () => view.move(-0.5),
    ".": () => view.move(0.5),
    0: () => view.showAll(),
    s: () => view.setMode(view.mode === "stacked" ? "lines" : "stacked"),
    b: () => overlay.toggle(),
    m: () => marking.mark("marker"),
    i: () => marking.mark("from"),
    o: () => marking.mark("to"),
    x: () => corrections.toggle(),
    "[": (plot) => corrections.mark(corrections.formFor(plot), "from_s"),
    "]": (plot) => corrections.mark(corrections.formFor(plot), "to_s"),
    h: () => {
      keys.open = !keys.open;
    },
  };
  data.emotions.forEach((_emotion, index) => {
    actions[index + 1] = (plot) => corrections.say(corrections.formFor(plot), index + 1);
  });
  const seeking = ["j", "l", "ArrowLeft", "ArrowRight", "Home", "End"];

  find("watch").addEventListener(
    "keydown",
    (event) => {
      const plot = closest(event.target, "[data-plot]");
      if (event.ctrlKey || event.metaKey || event.altKey || !(plot || closest(event.target, "#stage"))) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!(name in actions)) return;
      event.preventDefault();
      event.stopPropagation(); // the video's own controls know some of these keys, too
      actions[name](plot);
      if (plot && seeking.includes(name)) panels.find((panel) => panel.plot === plot)?.tellMoment();
    },
    { capture: true },
  );
}
