// What uPlot does not draw: areas that are exactly as wide as their buckets, hatching, and the band of verdicts.

import { verdictAt } from "./lanes.js";
import { emotionColor, inkOn, pattern } from "./paint.js";

const LABEL_PX = 12;
const BAND_TOP = -0.03;
const BAND_BOTTOM = -0.1;

/** Run `draw` with the pen kept inside the plot. */
function inside(u, draw) {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  draw(u.ctx);
  u.ctx.restore();
}

const xAt = (u, tMs) => Math.round(u.valToPos(tMs, "x", true));
const yAt = (u, value) => u.valToPos(value, "y", true);

/** Stack the shown expressions' mean scores; a bucket without scores stays empty. Returns where names have room. */
export function paintAreas(u, lane, emotions) {
  const base = lane.tMs.map(() => 0);
  const labels = [];
  inside(u, (pen) => {
    for (const { key, name } of emotions) {
      const area = new Path2D();
      const runs = [];
      lane.tMs.forEach((tMs, place) => {
        const mean = lane.scores[key][place];
        if (mean === null) return;
        const [left, right] = [xAt(u, tMs), xAt(u, tMs + lane.bucketMs)];
        const [bottom, top] = [yAt(u, base[place]), yAt(u, base[place] + mean)];
        area.rect(left, top, Math.max(right - left, 1), bottom - top);
        base[place] += mean;
        growRuns(runs, { left, right, top, bottom, least: (LABEL_PX + 3) * uPlotRatio(u) });
      });
      pen.fillStyle = emotionColor(key);
      pen.fill(area);
      labels.push([name, emotionColor(key), runs]);
    }
  });
  return labels;
}

/** Write the names that `paintAreas` found room for. */
export function nameAreas(u, labels) {
  inside(u, (pen) => {
    for (const [name, color, runs] of labels) writeInside(u, pen, name, color, runs);
  });
}

/** Collect where an area is high enough for its name, as stretches without a break. */
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

function writeInside(u, pen, name, color, runs) {
  const { left, width } = u.bbox;
  const seen = runs.map((run) => ({
    ...run,
    left: Math.max(run.left, left),
    right: Math.min(run.right, left + width),
  }));
  const widest = seen.sort((one, other) => other.right - other.left - (one.right - one.left))[0];
  setFont(u, pen);
  if (!widest || widest.right - widest.left < pen.measureText(name).width + 12 * uPlotRatio(u)) return;
  const middle = [(widest.left + widest.right) / 2, (widest.top + widest.bottom) / 2];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  writeOver(u, pen, name, { middle, ink: inkOn(color), paper: color });
}

/** A name on an edge of paper, so that what is under it does not cross it out. */
function writeOver(u, pen, name, { middle, ink, paper }) {
  pen.lineWidth = 4 * uPlotRatio(u);
  pen.lineJoin = "round";
  pen.strokeStyle = paper;
  pen.strokeText(name, ...middle);
  pen.fillStyle = ink;
  pen.fillText(name, ...middle);
}

/** Name each line at its highest point, where that does not cover another name. */
export function nameLines(u, lane, emotions, paperColor) {
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
      const middle = [spot.left, spot.top + spot.height / 2];
      writeOver(u, pen, high.name, { middle, ink: emotionColor(high.key), paper: paperColor });
    }
  });
}

function highest(u, lane, means) {
  const { min, max } = u.scales.x;
  let best = { mean: 0, tMs: 0 };
  means.forEach((mean, place) => {
    const tMs = lane.tMs[place] + lane.bucketMs / 2;
    if (mean > best.mean && tMs >= min && tMs <= max) best = { mean, tMs };
  });
  return best;
}

function spotFor(u, pen, { name, mean, tMs }) {
  const ratio = uPlotRatio(u);
  const { left, top, width } = u.bbox;
  const size = { width: pen.measureText(name).width, height: (LABEL_PX + 2) * ratio };
  const x = Math.min(Math.max(xAt(u, tMs) - size.width / 2, left + 4), left + width - size.width - 4);
  const y = Math.max(yAt(u, mean) - size.height - 4 * ratio, top + 2);
  return { left: x, top: y, ...size };
}

function isOverlapping(one, other) {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

/** Hatch what is not sure, dot what was seen but not scored, and draw the band of verdicts under the scores. */
export function paintVerdicts(u, lane) {
  const [unsure, unscored, bands] = [new Path2D(), new Path2D(), new Map()];
  const [top, bottom] = [yAt(u, BAND_TOP), yAt(u, BAND_BOTTOM)];
  lane.tMs.forEach((tMs, place) => {
    const verdict = verdictAt(lane, place);
    if (verdict === "absent") return;
    const left = xAt(u, tMs);
    const width = Math.max(xAt(u, tMs + lane.bucketMs) - left, 1);
    if (verdict === "sure") {
      const emotion = lane.dominant[place];
      if (!bands.has(emotion)) bands.set(emotion, new Path2D());
      bands.get(emotion).rect(left, top, width, bottom - top);
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

function fillPath(pen, path, style) {
  pen.fillStyle = style;
  pen.fill(path);
}

function setFont(u, pen) {
  pen.font = `600 ${LABEL_PX * uPlotRatio(u)}px ${getComputedStyle(document.body).fontFamily}`;
}

const uPlotRatio = (u) => u.ctx.canvas.width / u.width;
