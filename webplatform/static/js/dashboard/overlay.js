// Boxes over the video, in step with the picture that is shown.

import { drawFace } from "../boxes.js";
import { find, penOf } from "../dom.js";
import { fill } from "../format.js";

export class BoxOverlay {
  /**
   * @param {import("./player.js").Player} player
   * @param {import("./observations.js").ObservationStore} store
   * @param {SessionData} data
   */
  constructor(player, store, data) {
    this.player = player;
    this.store = store;
    this.data = data;
    this.names = new Map(data.emotions.map(({ key, name }) => [key, name]));
    this.canvas = find("boxes", HTMLCanvasElement);
    this.isShown = true;
    this.isLate = false;
    this.isBlind = false;
    this.lastMs = 0;
    this.control = find("show-boxes", HTMLInputElement);
    this.control.addEventListener("change", () => this.show(this.control.checked));
    player.addEventListener("stage", () => this.draw(this.lastMs));
    store.addEventListener("loaded", () => this.tellLate(false));
    store.addEventListener("again", () => this.draw(this.lastMs));
    store.addEventListener("failed", () => this.tellLate(true));
  }

  toggle() {
    this.control.checked = !this.control.checked;
    this.show(this.control.checked);
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.isShown = isShown;
    this.draw(this.lastMs);
  }

  /**
   * Boxes without what the model says of the faces in them.
   * @param {boolean} isBlind
   */
  setBlind(isBlind) {
    this.isBlind = isBlind;
    this.draw(this.lastMs);
  }

  /** @param {number} tMs */
  draw(tMs) {
    this.lastMs = tMs;
    const context = this.clear();
    const area = this.pictureArea();
    if (!this.isShown || !area) return;
    for (const face of this.store.at(tMs)) this.drawFace(context, area, face);
  }

  clear() {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = penOf(canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** Where the picture lies on the stage, and how many CSS pixels one of its pixels takes. */
  pictureArea() {
    const [frameWidth, frameHeight] = this.data.frame; // of the session's first frame: a box brings that of its own
    const { clientWidth, clientHeight } = this.canvas;
    if (!frameWidth || !clientWidth) return null;
    const { video } = this.player;
    const [shownWidth, shownHeight] = video?.videoWidth
      ? [video.videoWidth, video.videoHeight]
      : [frameWidth, frameHeight];
    const scale = Math.min(clientWidth / shownWidth, clientHeight / shownHeight);
    const [width, height] = [shownWidth * scale, shownHeight * scale];
    return { left: (clientWidth - width) / 2, top: (clientHeight - height) / 2, width, height };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{left: number, top: number, width: number, height: number}} area
   * @param {ObservedFace} face
   */
  drawFace(context, area, face) {
    const [x, y, w, h] = face.box;
    const [across, down] = [area.width / face.frame_width, area.height / face.frame_height];
    /** @type {Box} */
    const box = [area.left + x * across, area.top + y * down, w * across, h * down];
    const room = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
    if (this.isBlind) drawFace(context, box, { ...face, dominant: null, scores: null }, String(face.track), room);
    else drawFace(context, box, face, this.labelOf(face), room);
  }

  /** @param {Face} face */
  labelOf({ track, dominant, scores, reason }) {
    if (!dominant || !scores)
      return fill(gettext("{n}: {name}"), { n: track, name: (reason && this.data.reasons[reason]) ?? reason });
    const percent = Math.round(100 * scores[dominant]);
    return fill(gettext("{n}: {name} {percent} %"), { n: track, name: this.names.get(dominant), percent });
  }

  /** @param {boolean} isLate */
  tellLate(isLate) {
    if (isLate !== this.isLate) {
      this.isLate = isLate;
      find("announcement").textContent = isLate ? gettext("The boxes could not be loaded; trying again.") : "";
    }
    if (!isLate) this.draw(this.lastMs);
  }
}
