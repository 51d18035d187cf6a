// Corrections: the stretch written by buttons or keys, one frame at a time if wished, and the scores hidden meanwhile.

const KEY = "raut-blind";

export class Corrections {
  constructor({ player, overlay, data }) {
    Object.assign(this, { player, overlay, data });
    this.watch = document.getElementById("watch");
    this.control = document.getElementById("hide-scores");
    this.watch.addEventListener("click", ({ target }) => this.onClick(target));
    // Hidden until the answer is given: the page that tells that it is noted shows them again.
    this.watch.addEventListener("submit", ({ target }) => target.closest("[data-correct]") && this.remember(false));
    this.control?.addEventListener("change", () => this.hide(this.control.checked));
    if (this.control && sessionStorage.getItem(KEY) === data.id) this.hide(true);
  }

  onClick(target) {
    const button = target.closest("[data-here], [data-frame]");
    if (!button) return;
    if ("frame" in button.dataset) this.markFrame(button.form);
    else this.mark(button.form, button.dataset.here);
  }

  /** The form of the face whose timeline has the focus, else of the first face that is open. */
  formFor(plot) {
    const card = plot?.closest("[data-face]") ?? this.watch.querySelector("[data-face][open]");
    return card?.querySelector("[data-correct] form") ?? null;
  }

  mark(form, name) {
    if (!form) return;
    form.closest("details").open = true;
    form.elements[name].value = seconds(this.player.timeMs);
    form.dataset.marked = "";
  }

  /** The sampled frame that is shown: half a step around the moment holds one reading and no more. */
  markFrame(form) {
    const half = this.data.stepMs / 2;
    form.elements.from_s.value = seconds(Math.max(0, this.player.timeMs - half));
    form.elements.to_s.value = seconds(this.player.timeMs + half);
    form.dataset.marked = "";
  }

  /** Note the expression with this number: of the marked stretch, or of the frame that is shown. */
  say(form, number) {
    const emotion = this.data.emotions[number - 1];
    if (!form || !emotion) return;
    if (!("marked" in form.dataset)) this.markFrame(form);
    form.elements.emotion.value = emotion.key;
    form.requestSubmit();
  }

  toggle() {
    if (this.control) this.hide(!this.control.checked);
  }

  hide(isHidden) {
    this.control.checked = isHidden;
    this.watch.classList.toggle("is-blind", isHidden);
    this.overlay.setBlind(isHidden);
    this.remember(isHidden);
  }

  remember(isHidden) {
    if (isHidden) sessionStorage.setItem(KEY, this.data.id);
    else sessionStorage.removeItem(KEY);
  }
}

function seconds(tMs) {
  return (Math.round(tMs) / 1000).toString();
}
