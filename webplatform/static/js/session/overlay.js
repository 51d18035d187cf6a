// Boxes over the video, in step with the picture that is shown.

import { fill } from "../format.js";
import { emotionColor, inkOn } from "./paint.js";

const UNSURE_COLOR = "#e6e9ee";
const UNSCORED_COLOR = "#aab2bd";
const LABEL_HEIGHT = 20;

export class BoxOverlay {
  constructor(player, store, data, words) {
    this.player = player;
    this.store = store;
    this.data = data;
    this.words = words;
    this.names = new Map(data.emotions.map(({ key, name }) => [key, name]));
    this.canvas = document.getElementById("boxes");
    this.isShown = true;
    this.isLate = false;
    this.lastMs = 0;
    this.control = document.getElementById("show-boxes");
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

  show(isShown) {
    this.isShown = isShown;
    this.draw(this.lastMs);
  }

  draw(tMs) {
    this.lastMs = tMs;
    const context = this.clear();
    const place = this.picturePlace();
    if (!this.isShown || !place) return;
    for (const face of this.store.at(tMs)) this.drawFace(context, place, face);
  }

  clear() {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** Where the picture lies on the stage, and how many CSS pixels one of its pixels takes. */
  picturePlace() {
    const [frameWidth, frameHeight] = this.data.frame;
    const { clientWidth, clientHeight } = this.canvas;
    if (!frameWidth || !clientWidth) return null;
    const { video } = this.player;
    const [shownWidth, shownHeight] = video?.videoWidth
      ? [video.videoWidth, video.videoHeight]
      : [frameWidth, frameHeight];
    const scale = Math.min(clientWidth / shownWidth, clientHeight / shownHeight);
    const [width, height] = [shownWidth * scale, shownHeight * scale];
    return {
      left: (clientWidth - width) / 2,
      top: (clientHeight - height) / 2,
      x: width / frameWidth,
      y: height / frameHeight,
    };
  }

  drawFace(context, place, face) {
    const [x, y, w, h] = face.box;
    const box = [place.left + x * place.x, place.top + y * place.y, w * place.x, h * place.y];
    const color = face.dominant ? emotionColor(face.dominant) : face.scores ? UNSURE_COLOR : UNSCORED_COLOR;
    context.setLineDash(face.dominant ? [] : face.scores ? [7, 4] : [2, 4]);
    context.lineWidth = 4.5;
    context.strokeStyle = "rgb(0 0 0 / 45%)"; // a dark edge keeps the box visible on a light picture
    context.strokeRect(...box);
    context.lineWidth = 2.25;
    context.strokeStyle = color;
    context.strokeRect(...box);
    context.setLineDash([]);
    this.drawLabel(context, box, color, this.labelOf(face));
  }

  labelOf({ track, dominant, scores, reason }) {
    if (!dominant) return fill(this.words.boxFace, { n: track, name: this.data.reasons[reason] ?? reason });
    const percent = Math.round(100 * scores[dominant]);
    return fill(this.words.boxScore, { n: track, name: this.names.get(dominant), percent });
  }

  drawLabel(context, [x, y, , h], color, text) {
    context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
    const width = context.measureText(text).width + 12;
    const left = Math.min(Math.max(x - 1, 0), Math.max(0, this.canvas.clientWidth - width));
    const isRoomAbove = y >= LABEL_HEIGHT + 2;
    const top = isRoomAbove ? y - LABEL_HEIGHT - 1 : Math.min(y + h + 1, this.canvas.clientHeight - LABEL_HEIGHT);
    context.fillStyle = color;
    context.beginPath();
    context.roundRect(left, top, width, LABEL_HEIGHT, 4);
    context.fill();
    context.fillStyle = inkOn(color);
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(text, left + 6, top + LABEL_HEIGHT / 2 + 0.5);
  }

  tellLate(isLate) {
    if (isLate !== this.isLate) {
      this.isLate = isLate;
      document.getElementById("announcement").textContent = isLate ? this.words.boxesFailed : "";
    }
    if (!isLate) this.draw(this.lastMs);
  }
}
