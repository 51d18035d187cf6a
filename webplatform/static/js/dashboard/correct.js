// Corrections: the stretch written by buttons or keys, one frame at a time if wished, and the scores hidden meanwhile.

import { closest, fieldOf, find, findAll, findOptional } from "../dom.js";

const KEY = "raut-blind";

export class Corrections {
  /**
   * @param {object} parts
   * @param {import("./player.js").Player} parts.player
   * @param {import("./overlay.js").BoxOverlay} parts.overlay
   * @param {SessionData} parts.data
   */
  constructor({ player, overlay, data }) {
    this.player = player;
    this.overlay = overlay;
    this.data = data;
    this.watch = find("watch");
    this.control = findOptional("hide-scores", HTMLInputElement);
    this.watch.addEventListener("click", ({ target }) => this.onClick(target));
    // Hidden until the answer is given: the page that tells that it is noted shows them again.
    this.watch.addEventListener("submit", ({ target }) => closest(target, "[data-correct]") && this.remember(false));
    this.control?.addEventListener("change", () => this.hide(this.control?.checked ?? false));
    if (this.control && sessionStorage.getItem(KEY) === data.id) this.hide(true);
  }

  /** @param {EventTarget | null} target */
  onClick(target) {
    const button = closest(target, "[data-here], [data-frame]", HTMLButtonElement);
    if (!button?.form) return;
    if ("frame" in button.dataset) this.markFrame(button.form);
    else this.mark(button.form, button.dataset.here ?? "");
  }

  /**
   * The form of the face whose timeline has the focus, else of the first face that is open.
   * @param {Element | null} plot
   */
  formFor(plot) {
    const card = closest(plot, "[data-face]") ?? findAll(this.watch, "[data-face][open]")[0];
    return card ? (findAll(card, "[data-correct] form", HTMLFormElement)[0] ?? null) : null;
  }

  /**
   * @param {HTMLFormElement | null} form
   * @param {string} name of the field: "from_s" or "to_s"
   */
  mark(form, name) {
    if (!form) return;
    openAround(form);
    fieldOf(form, name, HTMLInputElement).value = seconds(this.player.timeMs);
    form.dataset.marked = "";
  }

  /**
   * The sampled frame that is shown: half a step around the moment holds one reading and no more.
   * @param {HTMLFormElement} form
   */
  markFrame(form) {
    const half = this.data.stepMs / 2;
    fieldOf(form, "from_s", HTMLInputElement).value = seconds(Math.max(0, this.player.timeMs - half));
    fieldOf(form, "to_s", HTMLInputElement).value = seconds(this.player.timeMs + half);
    form.dataset.marked = "";
  }

  /**
   * Note the expression with this number: of the marked stretch, or of the frame that is shown.
   * @param {HTMLFormElement | null} form
   * @param {number} number
   */
  say(form, number) {
    const emotion = this.data.emotions[number - 1];
    if (!form || !emotion) return;
    if (!("marked" in form.dataset)) this.markFrame(form);
    fieldOf(form, "emotion", HTMLSelectElement).value = emotion.key;
    form.requestSubmit();
  }

  toggle() {
    if (this.control) this.hide(!this.control.checked);
  }

  /** @param {boolean} isHidden */
  hide(isHidden) {
    if (this.control) this.control.checked = isHidden;
    this.watch.classList.toggle("is-blind", isHidden);
    this.overlay.setBlind(isHidden);
    this.remember(isHidden);
  }

  /** @param {boolean} isHidden */
  remember(isHidden) {
    if (isHidden) sessionStorage.setItem(KEY, this.data.id);
    else sessionStorage.removeItem(KEY);
  }
}

/** @param {HTMLFormElement} form */
function openAround(form) {
  const details = closest(form, "details", HTMLDetailsElement);
  if (details) details.open = true;
}

/** @param {number} tMs */
function seconds(tMs) {
  return (Math.round(tMs) / 1000).toString();
}
