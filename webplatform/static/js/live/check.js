// The look before a session: is a face found, large and light enough? One picture a second; nothing is kept of it.

import { csrfToken } from "../api.js";
import { findIn } from "../dom.js";
import { fill } from "../format.js";

const EVERY_MS = 1200;
const NOT_OF_SIZE = new Set([null, "too_dark", "too_bright", "low_confidence"]);

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
    const reasons = new Set(faces.map(({ reason }) => reason));
    // Participants may not be told scores: a face without a reason against it was read.
    const isUsable = faces.some(({ reason }) => !reason || reason === "low_confidence");
    this.tell(
      "face",
      faces.length > 0,
      problem ?? fill(ngettext("{n} face found", "{n} faces found", faces.length), { n: faces.length }),
    );
    this.tell(
      "light",
      isUsable,
      reasons.has("too_dark")
        ? gettext("too dark: turn a light on before you")
        : reasons.has("too_bright")
          ? gettext("too bright")
          : gettext("good"),
      !faces.length,
    );
    this.tell("size", isUsable, this.sizeWord(reasons), !faces.length);
  }

  /** @param {Set<string | null>} reasons */
  sizeWord(reasons) {
    if (reasons.has("too_small")) return gettext("too small: come closer");
    if (reasons.has("blurred")) return gettext("blurred: hold still, or wipe the lens");
    if (reasons.has("extreme_pose")) return gettext("turned away: look at the camera");
    const other = [...reasons].find((reason) => !NOT_OF_SIZE.has(reason));
    return other ? (this.words[other] ?? other) : gettext("good");
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
