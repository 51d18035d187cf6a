// Colours, dashes and patterns: what tells the expressions apart, with and without colour.

import { findAll, findIn, penOf } from "./dom.js";

/** Dashes for lines, in CSS pixels, so that no two lines differ by their colour only. */
/** @type {Record<string, number[]>} */
export const DASHES = {
  angry: [],
  disgust: [10, 4],
  fear: [2, 3],
  happy: [14, 3, 3, 3],
  sad: [6, 3],
  surprise: [8, 3, 2, 3, 2, 3],
  neutral: [3, 6],
};

/** @type {Map<string, string>} */
const seen = new Map();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => seen.clear());

/**
 * A colour that the style sheet names.
 * @param {string} name
 */
export function themeColor(name) {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const color = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  seen.set(name, color);
  return color;
}

/** @param {string} emotion */
export const emotionColor = (emotion) => themeColor(`emotion-${emotion}`);

/**
 * Black or white, whichever is easier to read on this colour (#rgb or #rrggbb).
 * @param {string} color
 */
export function inkOn(color) {
  const digits = color.slice(1);
  const wide = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const [red, green, blue] = [0, 2, 4].map((at) => (parseInt(wide.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 ? "#10151b" : "#ffffff";
}

/**
 * Diagonal hatching for "not sure", dots for "seen but not scored"; drawn for a canvas of this pixel ratio.
 * @param {CanvasRenderingContext2D} context
 * @param {string | undefined} kind
 * @param {number} ratio
 */
export function pattern(context, kind, ratio) {
  const size = (kind === "not-sure" ? 9 : 7) * Math.round(ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = penOf(tile);
  if (kind === "not-sure") hatch(pen, size, ratio);
  else dot(pen, size, ratio);
  const made = context.createPattern(tile, "repeat");
  if (!made) throw new Error("This browser makes no pattern of a canvas.");
  return made;
}

/** @type {(pen: CanvasRenderingContext2D, size: number, ratio: number) => void} */
function hatch(pen, size, ratio) {
  for (const { color, width } of [
    { color: themeColor("hatch-edge"), width: 3.6 },
    { color: themeColor("hatch"), width: 1.2 },
  ]) {
    pen.strokeStyle = color;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift - 1, size + 1);
      pen.lineTo(shift + size + 1, -1);
    }
    pen.stroke();
  }
}

/** @type {(pen: CanvasRenderingContext2D, size: number, ratio: number) => void} */
function dot(pen, size, ratio) {
  pen.fillStyle = themeColor("hatch");
  pen.beginPath();
  pen.arc(size / 2, size / 2, 0.9 * ratio, 0, 2 * Math.PI);
  pen.fill();
}

/**
 * Give the keys of the legend the patterns and dashes that the charts have.
 * @param {HTMLElement} root
 */
export function drawSwatches(root) {
  for (const canvas of findAll(root, "canvas[data-pattern]", HTMLCanvasElement)) {
    const context = penOf(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = pattern(context, canvas.dataset.pattern, 1);
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  for (const button of findAll(root, "[data-emotion]")) {
    findIn(button, "path", SVGPathElement).style.strokeDasharray = DASHES[button.dataset.emotion ?? ""].join(" ");
  }
}
