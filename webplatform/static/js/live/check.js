// The look before a session: is a face found, large and light enough? One picture a second; nothing is kept of it.

import { csrfToken } from "../api.js";
import { findIn } from "../dom.js";
import { fill } from "../format.js";

const EVERY_MS = 1200;
const OF_LIGHT = new Set(["too_dark", "too_bright"]);

export class SelfCheck {
  /**
   * @param {import("./camera.js").Camera} camera
   * @param {HTMLElement} list
   * @param {() => string} pathNow
   * @param {Record<string, string>} words what the server calls each reason
   */
  constructor(camera, list, pathNow, words) {
    this.camera = camera;
    this.list = list;
    this.pathNow = pathNow;
    this.words = words;
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
      if (this.timer) this.show(null, gettext("The check did not work; you may start all the same."));
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
    // Participants may not be told scores: a face without a reason against it was read.
    const isUsable = faces.some(({ reason }) => !reason || reason === "low_confidence");
    const against = isUsable ? [] : faces.map(({ reason }) => reason);
    this.tell(
      "face",
      faces.length > 0,
      problem ?? fill(ngettext("{n} face found", "{n} faces found", faces.length), { n: faces.length }),
    );
    for (const [name, word] of [
      ["light", this.lightWord(against)],
      ["size", this.sizeWord(against)],
    ]) {
      this.tell(name, !word, word || gettext("good"), !faces.length);
    }
  }

  /**
   * @param {(string | null)[]} reasons
   * @returns {string} what is wrong with the light; empty: nothing
   */
  lightWord(reasons) {
    if (reasons.includes("too_dark")) return gettext("too dark: turn a light on before you");
    return reasons.includes("too_bright") ? gettext("too bright") : "";
  }

  /**
   * @param {(string | null)[]} reasons
   * @returns {string} what else is wrong with the face; empty: nothing
   */
  sizeWord(reasons) {
    if (reasons.includes("too_small")) return gettext("too small: come closer");
    if (reasons.includes("blurred")) return gettext("blurred: hold still, or wipe the lens");
    if (reasons.includes("extreme_pose")) return gettext("turned away: look at the camera");
    const other = reasons.find((reason) => reason && !OF_LIGHT.has(reason));
    return other ? (this.words[other] ?? other) : "";
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
