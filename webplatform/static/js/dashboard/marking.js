// Marking by keys and buttons: the form is filled from the player's clock; a marker needs its text only.

import { closest, fieldOf, find, findAll, findOptional } from "../dom.js";

/**
 * 7400 -> "0:07.400", as the form takes it.
 * @param {number} tMs
 */
function exact(tMs) {
  const whole = Math.max(0, Math.round(tMs));
  const seconds = Math.floor(whole / 1000);
  /** @type {(number: number, digits: number) => string} */
  const pad = (number, digits) => String(number).padStart(digits, "0");
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60, 2)}.${pad(whole % 1000, 3)}`;
}

export class Marking {
  /**
   * @param {object} parts
   * @param {import("./player.js").Player} parts.player
   * @param {SessionData} parts.data
   */
  constructor({ player, data }) {
    this.player = player;
    this.data = data;
    this.form = findOptional("mark-form", HTMLFormElement);
    if (!this.form) return;
    find("marks").addEventListener("click", ({ target }) => {
      const what = closest(target, "[data-mark]")?.dataset.mark;
      if (what) this.mark(what);
    });
    findOptional("people")?.addEventListener("toggle", ({ target }) => this.offerNow(target), true);
  }

  get nowMs() {
    return Math.min(this.player.timeMs, this.data.durationMs);
  }

  /**
   * "marker": here; "from" and "to": a stretch starts or ends here. The text has the focus then.
   * @param {string} what
   */
  mark(what) {
    const { form } = this;
    if (!form) return;
    const [from, to, text] = ["from", "to", "text"].map((name) => fieldOf(form, name, HTMLInputElement));
    const kind = fieldOf(form, "kind", HTMLSelectElement);
    const details = closest(form, "details", HTMLDetailsElement);
    if (details) details.open = true;
    if (what === "marker") kind.value = "marker";
    else if (kind.value === "marker") kind.value = "segment";
    if (what === "to") to.value = exact(this.nowMs);
    else from.value = exact(this.nowMs);
    if (what === "marker") to.value = "";
    if (what !== "from") text.focus();
  }

  /**
   * Who opens a person's changes may want to split here.
   * @param {EventTarget | null} details
   */
  offerNow(details) {
    if (!(details instanceof HTMLDetailsElement && details.open)) return;
    const [field] = findAll(details, "[data-now]", HTMLInputElement);
    if (field) field.value = exact(this.nowMs);
  }
}
