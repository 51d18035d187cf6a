// The look before a session: is a face found, large and light enough? One picture a second; nothing is kept of it.

import { csrfToken } from "../api.js";
import { findIn } from "../dom.js";
import { fill } from "../format.js";

const EVERY_MS = 1200;

export class SelfCheck {
  /**
   * @param {import("./camera.js").Camera} camera
   * @param {HTMLElement} list
   * @param {Words} words
   * @param {() => string} pathNow
   */
  constructor(camera, list, words, pathNow) {
    this.camera = camera;
    this.list = list;
    this.words = words;
    this.pathNow = pathNow;
    this.isLooking = false;
    this.timer = 0;
  }

  start() {
    this.stop();
    this.look();
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
  }

  async look() {
    const taken = this.isLooking ? null : await this.camera.take();
    if (!taken || !this.timer) return;
    taken.picture.close();
    this.isLooking = true;
    try {
      const headers = { "X-CSRFToken": csrfToken(), "Content-Type": "image/jpeg", Accept: "application/json" };
      const answer = await fetch(this.pathNow(), {
        method: "POST",
        headers,
        body: taken.jpeg,
        credentials: "same-origin",
      });
      const body = await answer.json();
      if (this.timer) this.show(answer.ok ? body : null, body.message);
    } catch {
      if (this.timer) this.show(null, this.words.checkFailed);
    } finally {
      this.isLooking = false;
    }
  }

  /**
   * @param {{faces: Pick<Face, "reason">[]} | null} found
   * @param {string} [problem]
   */
  show(found, problem) {
    const faces = found?.faces ?? [];
    const reasons = new Set(faces.map(({ reason }) => reason));
    // Participants may not be told scores: a face without a reason against it was read.
    const isUsable = faces.some(({ reason }) => !reason || reason === "low_confidence");
    this.tell(
      "face",
      faces.length > 0,
      problem ?? fill(faces.length === 1 ? this.words.oneFace : this.words.someFaces, { n: faces.length }),
    );
    this.tell(
      "light",
      isUsable,
      reasons.has("too_dark")
        ? this.words.tooDark
        : reasons.has("too_bright")
          ? this.words.tooBright
          : this.words.lightGood,
      !faces.length,
    );
    this.tell("size", isUsable, this.sizeWord(reasons), !faces.length);
  }

  /** @param {Set<string | null>} reasons */
  sizeWord(reasons) {
    if (reasons.has("too_small")) return this.words.tooSmall;
    if (reasons.has("blurred")) return this.words.blurred;
    if (reasons.has("extreme_pose")) return this.words.turned;
    return this.words.sizeGood;
  }

  /**
   * @param {string} name
   * @param {boolean} isGood
   * @param {string} text
   * @param {boolean} [isUnknown]
   */
  tell(name, isGood, text, isUnknown = false) {
    const row = findIn(this.list, `[data-check="${name}"]`);
    row.dataset.state = isUnknown ? "unknown" : isGood ? "good" : "bad";
    findIn(row, "span").textContent = isUnknown ? "–" : text;
  }
}
