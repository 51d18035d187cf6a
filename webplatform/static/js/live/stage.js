// The picture that was analysed, with the boxes that belong to it: never a box on a later picture.

import { drawFace } from "../boxes.js";
import { penOf } from "../dom.js";
import { fill } from "../format.js";

const KEPT = 8;

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {FaceNames} names
   */
  constructor(canvas, { emotions, reasons }) {
    this.canvas = canvas;
    this.names = new Map(emotions.map(({ key, name }) => [key, name]));
    this.reasons = reasons;
    /** @type {Map<number, ImageBitmap>} by seq */
    this.taken = new Map();
    this.isMirrored = false;
  }

  /**
   * Keep the picture that was sent under this seq until its answer comes.
   * @param {number} seq
   * @param {ImageBitmap} picture
   */
  keep(seq, picture) {
    this.taken.set(seq, picture);
    for (const old of this.taken.keys()) {
      if (this.taken.size <= KEPT) break;
      this.forget(old);
    }
  }

  /** @param {number} seq */
  forget(seq) {
    this.taken.get(seq)?.close();
    this.taken.delete(seq);
  }

  /**
   * Draw the answer to one frame on that very frame; false where it was not read.
   * @param {ResultMessage} answer
   */
  show({ seq, faces, width }) {
    const picture = this.taken.get(seq);
    if (!picture || !faces || !width) {
      this.forget(seq);
      return false;
    }
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const shown = canvas.clientWidth || picture.width;
    canvas.style.aspectRatio = `${picture.width} / ${picture.height}`;
    canvas.width = Math.round(shown * ratio);
    canvas.height = Math.round((shown * picture.height * ratio) / picture.width);
    const context = penOf(canvas);
    const room = { width: canvas.width / ratio, height: canvas.height / ratio };
    context.setTransform(this.isMirrored ? -ratio : ratio, 0, 0, ratio, this.isMirrored ? canvas.width : 0, 0);
    context.drawImage(picture, 0, 0, room.width, room.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scale = room.width / width;
    for (const face of faces) drawFace(context, this.place(face, scale, width), face, this.labelOf(face), room);
    this.forget(seq);
    return true;
  }

  /**
   * @param {Face} face
   * @param {number} scale
   * @param {number} width of the frame
   * @returns {Box}
   */
  place({ box: [x, y, w, h] }, scale, width) {
    const left = this.isMirrored ? width - x - w : x;
    return [left * scale, y * scale, w * scale, h * scale];
  }

  /** @param {Face} face */
  labelOf({ track, dominant, scores, reason }) {
    if (!dominant || !scores) {
      return fill(gettext("Face {n}: {name}"), { n: track, name: (reason && this.reasons[reason]) ?? reason });
    }
    return fill(gettext("Face {n}: {name} {percent} %"), {
      n: track,
      name: this.names.get(dominant),
      percent: Math.round(100 * scores[dominant]),
    });
  }
}
