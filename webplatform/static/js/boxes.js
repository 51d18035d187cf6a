// A face's box and its label on a canvas, the same over a video and over a webcam's picture.

import { emotionColor, inkOn } from "./paint.js";

const UNSURE_COLOR = "#e6e9ee";
const UNSCORED_COLOR = "#aab2bd";
const LABEL_HEIGHT = 20;

/**
 * Draw a face's box, in CSS pixels of the canvas; dashes tell "not sure" and "not scored" without colour.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Pick<Face, "dominant" | "scores">} face
 * @param {string} text
 * @param {{width: number, height: number}} room
 */
export function drawFace(context, box, face, text, { width, height }) {
  const color = face.dominant ? emotionColor(face.dominant) : face.scores ? UNSURE_COLOR : UNSCORED_COLOR;
  context.setLineDash(face.dominant ? [] : face.scores ? [7, 4] : [2, 4]);
  context.lineWidth = 4.5;
  context.strokeStyle = "rgb(0 0 0 / 45%)"; // a dark edge keeps the box visible on a light picture
  context.strokeRect(...box);
  context.lineWidth = 2.25;
  context.strokeStyle = color;
  context.strokeRect(...box);
  context.setLineDash([]);
  drawLabel(context, box, color, text, { width, height });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} color
 * @param {string} text
 * @param {{width: number, height: number}} room
 */
function drawLabel(context, [x, y, , h], color, text, { width: room, height }) {
  context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  const width = context.measureText(text).width + 12;
  const left = Math.min(Math.max(x - 1, 0), Math.max(0, room - width));
  const isRoomAbove = y >= LABEL_HEIGHT + 2;
  const top = isRoomAbove ? y - LABEL_HEIGHT - 1 : Math.min(y + h + 1, height - LABEL_HEIGHT);
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(left, top, width, LABEL_HEIGHT, 4);
  context.fill();
  context.fillStyle = inkOn(color);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(text, left + 6, top + LABEL_HEIGHT / 2 + 0.5);
}
