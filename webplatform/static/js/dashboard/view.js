// What all charts of the page show: which part of time, drawn how, which expressions. They listen, the toolbar changes.

export class View extends EventTarget {
  /** @param {{durationMs: number, leastMs: number}} bounds */
  constructor({ durationMs, leastMs }) {
    super();
    this.durationMs = durationMs;
    this.leastMs = Math.min(leastMs, durationMs);
    this.fromMs = 0;
    this.toMs = durationMs;
    this.mode = "stacked";
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {number | undefined} where playback was last */
    this.lastMs = undefined;
  }

  get spanMs() {
    return this.toMs - this.fromMs;
  }

  get isWhole() {
    return this.spanMs >= this.durationMs;
  }

  /**
   * Show this part, moved and widened as far as the session and the least span ask for.
   * @param {number} fromMs
   * @param {number} toMs
   */
  show(fromMs, toMs) {
    const spanMs = Math.min(Math.max(toMs - fromMs, this.leastMs), this.durationMs);
    const middleMs = (fromMs + toMs) / 2;
    const startMs = Math.min(Math.max(middleMs - spanMs / 2, 0), this.durationMs - spanMs);
    if (startMs === this.fromMs && startMs + spanMs === this.toMs) return;
    this.fromMs = startMs;
    this.toMs = startMs + spanMs;
    this.dispatchEvent(new Event("range"));
  }

  showAll() {
    this.show(0, this.durationMs);
  }

  /**
   * This much time, around `aroundMs` where that is in view, else around the middle.
   * @param {number} spanMs
   * @param {number} aroundMs
   */
  showSpan(spanMs, aroundMs) {
    const isInView = aroundMs >= this.fromMs && aroundMs <= this.toMs;
    const middleMs = isInView ? aroundMs : (this.fromMs + this.toMs) / 2;
    this.show(middleMs - spanMs / 2, middleMs + spanMs / 2);
  }

  /**
   * @param {number} factor
   * @param {number} aroundMs
   */
  zoom(factor, aroundMs) {
    this.showSpan(this.spanMs * factor, aroundMs);
  }

  /** @param {number} share of what is in view */
  move(share) {
    const byMs = share * this.spanMs;
    const startMs = Math.min(Math.max(this.fromMs + byMs, 0), this.durationMs - this.spanMs);
    this.show(startMs, startMs + this.spanMs);
  }

  /**
   * Turn the page, as it were, when playback leaves what is in view at its end.
   * @param {number} tMs
   */
  follow(tMs) {
    if (this.isWhole || tMs < this.toMs || this.lastMs === undefined || this.lastMs >= this.toMs) {
      this.lastMs = tMs;
      return;
    }
    this.lastMs = tMs;
    this.move(0.9);
  }

  /**
   * Make sure that a stretch can be seen, with a little of what is around it.
   * @param {number} fromMs
   * @param {number} toMs
   */
  reveal(fromMs, toMs) {
    if (fromMs >= this.fromMs && toMs <= this.toMs) return;
    const spanMs = Math.max(this.spanMs, 1.5 * (toMs - fromMs));
    const middleMs = (fromMs + toMs) / 2;
    this.show(middleMs - spanMs / 2, middleMs + spanMs / 2);
  }

  /** @param {string} mode "stacked" or "lines" */
  setMode(mode) {
    this.mode = mode;
    this.dispatchEvent(new Event("look"));
  }

  /**
   * Show or hide an expression; the last one that is shown stays.
   * @param {string} emotion
   * @param {number} count of all expressions
   */
  toggle(emotion, count) {
    if (this.hidden.has(emotion)) this.hidden.delete(emotion);
    else if (this.hidden.size < count - 1) this.hidden.add(emotion);
    this.dispatchEvent(new Event("look"));
  }
}
