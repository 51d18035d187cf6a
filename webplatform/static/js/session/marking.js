// Marking by keys and buttons: the form is filled from the player's clock; a marker needs its text only.

/** 7400 -> "0:07.400", as the form takes it. */
function exact(tMs) {
  const whole = Math.max(0, Math.round(tMs));
  const seconds = Math.floor(whole / 1000);
  const pad = (number, digits) => String(number).padStart(digits, "0");
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60, 2)}.${pad(whole % 1000, 3)}`;
}

export class Marking {
  constructor({ player, data }) {
    Object.assign(this, { player, data });
    this.form = document.getElementById("mark-form");
    if (!this.form) return;
    document.getElementById("marks").addEventListener("click", ({ target }) => {
      const button = target.closest("[data-mark]");
      if (button) this.mark(button.dataset.mark);
    });
    document.getElementById("people")?.addEventListener("toggle", ({ target }) => this.offerNow(target), true);
  }

  get nowMs() {
    return Math.min(this.player.timeMs, this.data.durationMs);
  }

  /** "marker": here; "from" and "to": a stretch starts or ends here. The text has the focus then. */
  mark(what) {
    if (!this.form) return;
    const { kind, from, to, text } = this.form.elements;
    this.form.closest("details").open = true;
    if (what === "marker") kind.value = "marker";
    else if (kind.value === "marker") kind.value = "segment";
    if (what === "to") to.value = exact(this.nowMs);
    else from.value = exact(this.nowMs);
    if (what === "marker") to.value = "";
    if (what !== "from") text.focus();
  }

  /** Who opens a person's changes may want to split here. */
  offerNow(details) {
    const field = details.open && details.querySelector("[data-now]");
    if (field) field.value = exact(this.nowMs);
  }
}
