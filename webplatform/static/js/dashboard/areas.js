// What uPlot does not draw: areas that are exactly as wide as their buckets, hatching, and the band of verdicts.

import { emotionColor, inkOn, pattern } from "../paint.js";
import { verdictAt } from "./lanes.js";

/**
 * @import uPlot from "../../vendor/uplot/uPlot.esm.js"
 * @typedef {[x: number, y: number]} Point
 * @typedef {{left: number, right: number, top: number, bottom: number}} Run  where an area has room for its name
 * @typedef {[name: string, color: string, runs: Run[]]} AreaLabel
 * @typedef {{left: number, top: number, width: number, height: number}} Spot
 */

const LABEL_PX = 12;
const BAND_TOP = -0.03;
const BAND_BOTTOM = -0.1;

/**
 * Run `draw` with the pen kept inside the plot.
 * @param {uPlot} u
 * @param {(pen: CanvasRenderingContext2D) => void} draw
 */
function inside(u, draw) {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  draw(u.ctx);
  u.ctx.restore();
}

/** @type {(u: uPlot, tMs: number) => number} */
const xAt = (u, tMs) => Math.round(u.valToPos(tMs, "x", true));
/** @type {(u: uPlot, value: number) => number} */
const yAt = (u, value) => u.valToPos(value, "y", true);

/**
 * Stack the shown expressions' mean scores; a bucket without scores stays empty. Returns where names have room.
 * @param {uPlot} u
 * @param {Lane} lane
 * @param {EmotionName[]} emotions
 */
export function paintAreas(u, lane, emotions) {
  const base = lane.tMs.map(() => 0);
  /** @type {AreaLabel[]} */
  const labels = [];
  inside(u, (pen) => {
    for (const { key, name } of emotions) {
      const area = new Path2D();
      /** @type {Run[]} */
      const runs = [];
      lane.tMs.forEach((tMs, index) => {
        const mean = lane.scores[key][index];
        if (mean === null) return;
        const [left, right] = [xAt(u, tMs), xAt(u, tMs + lane.bucketMs)];
        const [bottom, top] = [yAt(u, base[index]), yAt(u, base[index] + mean)];
        area.rect(left, top, Math.max(right - left, 1), bottom - top);
        base[index] += mean;
        growRuns(runs, { left, right, top, bottom, least: (LABEL_PX + 3) * uPlotRatio(u) });
      });
      pen.fillStyle = emotionColor(key);
      pen.fill(area);
      labels.push([name, emotionColor(key), runs]);
    }
  });
  return labels;
}

/**
 * Write the names that `paintAreas` found room for.
 * @param {uPlot} u
 * @param {AreaLabel[]} labels
 */
export function nameAreas(u, labels) {
  inside(u, (pen) => {
    for (const label of labels) writeInside(u, pen, label);
  });
}

/**
 * Collect where an area is high enough for its name, as stretches without a break.
 * @param {Run[]} runs
 * @param {Run & {least: number}} bucket
 */
function growRuns(runs, { left, right, top, bottom, least }) {
  if (bottom - top < least) return;
  const last = runs.at(-1);
  if (last && last.right === left && Math.min(bottom, last.bottom) - Math.max(top, last.top) >= least) {
    last.right = right;
    last.top = Math.max(top, last.top);
    last.bottom = Math.min(bottom, last.bottom);
  } else {
    runs.push({ left, right, top, bottom });
  }
}

/**
 * @param {uPlot} u
 * @param {CanvasRenderingContext2D} pen
 * @param {AreaLabel} label
 */
function writeInside(u, pen, [name, color, runs]) {
  const { left, width } = u.bbox;
  const seen = runs.map((run) => ({
    ...run,
    left: Math.max(run.left, left),
    right: Math.min(run.right, left + width),
  }));
  const widest = seen.sort((one, other) => other.right - other.left - (one.right - one.left))[0];
  setFont(u, pen);
  if (!widest || widest.right - widest.left < pen.measureText(name).width + 12 * uPlotRatio(u)) return;
  /** @type {Point} */
  const middle = [(widest.left + widest.right) / 2, (widest.top + widest.bottom) / 2];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  writeOver(u, pen, name, { middle, ink: inkOn(color), paper: color });
}

/**
 * A name on an edge of paper, so that what is under it does not cross it out.
 * @param {uPlot} u
 * @param {CanvasRenderingContext2D} pen
 * @param {string} name
 * @param {{middle: Point, ink: string, paper: string}} look
 */
function writeOver(u, pen, name, { middle, ink, paper }) {
  pen.lineWidth = 4 * uPlotRatio(u);
  pen.lineJoin = "round";
  pen.strokeStyle = paper;
  pen.strokeText(name, ...middle);
  pen.fillStyle = ink;
  pen.fillText(name, ...middle);
}

/**
 * Name each line at its highest point, where that does not cover another name.
 * @param {uPlot} u
 * @param {Lane} lane
 * @param {EmotionName[]} emotions
 * @param {string} paperColor
 */
export function nameLines(u, lane, emotions, paperColor) {
  /** @type {Spot[]} */
  const taken = [];
  inside(u, (pen) => {
    setFont(u, pen);
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    const highs = emotions.map(({ key, name }) => ({ key, name, ...highest(u, lane, lane.scores[key]) }));
    for (const high of highs.filter(({ mean }) => mean > 0.12).sort((one, other) => other.mean - one.mean)) {
      const spot = spotFor(u, pen, high);
      if (taken.some((other) => isOverlapping(spot, other))) continue;
      taken.push(spot);
      /** @type {Point} */
      const middle = [spot.left, spot.top + spot.height / 2];
      writeOver(u, pen, high.name, { middle, ink: emotionColor(high.key), paper: paperColor });
    }
  });
}

/**
 * @param {uPlot} u
 * @param {Lane} lane
 * @param {Series} means
 */
function highest(u, lane, means) {
  const { min = 0, max = 0 } = u.scales.x;
  let best = { mean: 0, tMs: 0 };
  means.forEach((mean, index) => {
    const tMs = lane.tMs[index] + lane.bucketMs / 2;
    if (mean !== null && mean > best.mean && tMs >= min && tMs <= max) best = { mean, tMs };
  });
  return best;
}

/**
 * @param {uPlot} u
 * @param {CanvasRenderingContext2D} pen
 * @param {{name: string, mean: number, tMs: number}} high
 * @returns {Spot}
 */
function spotFor(u, pen, { name, mean, tMs }) {
  const ratio = uPlotRatio(u);
  const { left, top, width } = u.bbox;
  const size = { width: pen.measureText(name).width, height: (LABEL_PX + 2) * ratio };
  const x = Math.min(Math.max(xAt(u, tMs) - size.width / 2, left + 4), left + width - size.width - 4);
  const y = Math.max(yAt(u, mean) - size.height - 4 * ratio, top + 2);
  return { left: x, top: y, ...size };
}

/** @type {(one: Spot, other: Spot) => boolean} */
function isOverlapping(one, other) {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

/**
 * Hatch what is not sure, dot what was seen but not scored, and draw the band of verdicts under the scores.
 * @param {uPlot} u
 * @param {Lane} lane
 */
export function paintVerdicts(u, lane) {
  const [unsure, unscored] = [new Path2D(), new Path2D()];
  /** @type {Map<string, Path2D>} */
  const bands = new Map();
  const [top, bottom] = [yAt(u, BAND_TOP), yAt(u, BAND_BOTTOM)];
  lane.tMs.forEach((tMs, index) => {
    const verdict = verdictAt(lane, index);
    if (verdict === "absent") return;
    const left = xAt(u, tMs);
    const width = Math.max(xAt(u, tMs + lane.bucketMs) - left, 1);
    const emotion = lane.dominant[index];
    if (verdict === "sure" && emotion) {
      const band = bands.get(emotion) ?? new Path2D();
      bands.set(emotion, band);
      band.rect(left, top, width, bottom - top);
    } else {
      (verdict === "unsure" ? unsure : unscored).rect(left, u.bbox.top, width, bottom - u.bbox.top);
    }
  });
  inside(u, (pen) => {
    for (const [emotion, band] of bands) fillPath(pen, band, emotionColor(emotion));
    fillPath(pen, unsure, pattern(pen, "not-sure", uPlotRatio(u)));
    fillPath(pen, unscored, pattern(pen, "unscored", uPlotRatio(u)));
  });
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Path2D} path
 * @param {string | CanvasPattern} style
 */
function fillPath(pen, path, style) {
  pen.fillStyle = style;
  pen.fill(path);
}

/**
 * @param {uPlot} u
 * @param {CanvasRenderingContext2D} pen
 */
function setFont(u, pen) {
  pen.font = `600 ${LABEL_PX * uPlotRatio(u)}px ${getComputedStyle(document.body).fontFamily}`;
}

/** @param {uPlot} u */
const uPlotRatio = (u) => u.ctx.canvas.width / u.width;
