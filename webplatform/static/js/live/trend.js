// The last minute of one face: a line per expression; where nothing was scored there is a gap.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { find } from "../dom.js";
import { fill, formatClock } from "../format.js";
import { DASHES, emotionColor, themeColor } from "../paint.js";

const SPAN_MS = 60_000;
const GAP_MS = 1500;
const DRAW_EVERY_MS = 250;

export class Trend {
  /**
   * @param {HTMLElement} element
   * @param {Pick<FaceNames, "emotions">} names
   */
  constructor(element, { emotions }) {
    this.element = element;
    this.emotions = emotions;
    /** @type {{tMs: number, scores: Face["scores"]}[]} gaps have no scores */
    this.rows = [];
    /** @type {number | null} */
    this.track = null;
    this.drawnAt = 0;
    this.title = find("trend-title");
    this.plot = new uPlot(this.options(), [[], ...emotions.map(() => [])], element);
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(element);
  }

  size() {
    return { width: Math.max(this.element.clientWidth, 200), height: 180 };
  }

  /** @returns {uPlot.Options} */
  options() {
    const pen = { stroke: () => themeColor("pico-muted-color"), grid: { stroke: () => themeColor("line"), width: 1 } };
    const series = this.emotions.map(({ key, name }) => ({
      label: name,
      stroke: () => emotionColor(key),
      width: 2,
      dash: DASHES[key],
      points: { show: false },
    }));
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: [0, 1] } },
      axes: [
        { ...pen, values: (_plot, ticks) => ticks.map((tMs) => (tMs < 0 ? "" : formatClock(tMs))) },
        { ...pen, values: (_plot, ticks) => ticks.map((share) => `${Math.round(share * 100)} %`), size: 52 },
      ],
      series: [{}, ...series],
    };
  }

  /**
   * The face that has been there longest is shown.
   * @param {Face[]} faces
   * @param {number} tMs
   */
  add(faces, tMs) {
    if (!faces.some(({ track }) => track === this.track) && faces.length)
      this.choose(Math.min(...faces.map(({ track }) => track)));
    const face = faces.find(({ track }) => track === this.track);
    const last = this.rows.at(-1);
    if (last && tMs - last.tMs > GAP_MS) this.rows.push({ tMs: tMs - 1, scores: null });
    this.rows.push({ tMs, scores: face?.scores ?? null });
    while (this.rows[0].tMs < tMs - SPAN_MS) this.rows.shift();
    if (performance.now() - this.drawnAt > DRAW_EVERY_MS) this.draw(tMs);
  }

  /** @param {number} track */
  choose(track) {
    if (this.track !== null) this.rows = [];
    this.track = track;
    this.title.textContent = fill(gettext("The last minute of face {n}"), { n: track });
  }

  /** @param {number} tMs */
  draw(tMs) {
    this.drawnAt = performance.now();
    const times = this.rows.map((row) => row.tMs);
    const lines = this.emotions.map(({ key }) => this.rows.map(({ scores }) => scores?.[key] ?? null));
    this.plot.setData([times, ...lines], false);
    this.plot.setScale("x", { min: tMs - SPAN_MS, max: tMs });
  }
}
