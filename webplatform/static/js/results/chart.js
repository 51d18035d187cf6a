// Mean curves of groups with their bands, second by second: uPlot's axes, lines and bands, and a line that reads them.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { fill, formatNumber } from "../format.js";
import { formatMoment } from "../moments.js";
import { themeColor } from "../paint.js";
import { faded, groupColor, groupDash } from "./lines.js";

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const HEIGHT = 190;
const cursors = uPlot.sync("results");

export class Chart {
  /**
   * @typedef {[low: number, high: number]} Range
   * @typedef {{kind: string, name: string, href: string}} ChartFile
   * @typedef {object} Look
   * @property {string} title
   * @property {ChartLine[]} groups
   * @property {Range} range
   * @property {(value: number) => string} unit  writes a value
   * @property {boolean} [isStepped]
   * @property {ChartFile[]} [files]
   * @param {HTMLElement} parent
   * @param {Look} look
   */
  constructor(parent, { title, groups, range, unit, isStepped = false, files = [] }) {
    this.groups = groups;
    this.unit = unit;
    this.range = range;
    this.isStepped = isStepped;
    this.element = document.createElement("figure");
    this.element.className = "chart";
    this.heading = document.createElement("figcaption");
    this.heading.textContent = title;
    this.plotPlace = document.createElement("div");
    this.plotPlace.className = "plot";
    this.readout = document.createElement("p");
    this.readout.className = "readout";
    this.element.append(this.heading, this.plotPlace, this.readout);
    if (files.length) this.element.append(this.links(files));
    parent.append(this.element);
    this.plot = new uPlot(this.options(), this.columns(), this.plotPlace);
    new ResizeObserver(() => this.fit()).observe(this.plotPlace);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plot.redraw(true));
  }

  /**
   * The chart as files; each link says to a screen reader which chart it is.
   * @param {ChartFile[]} files
   */
  links(files) {
    const line = document.createElement("p");
    line.className = "files";
    for (const { kind, name, href } of files) {
      const link = Object.assign(document.createElement("a"), { href, download: "", textContent: kind.toUpperCase() });
      link.setAttribute("aria-label", fill(gettext("{name}: chart as {kind}"), { name, kind: kind.toUpperCase() }));
      line.append(link, " ");
    }
    return line;
  }

  /** @returns {uPlot.AlignedData} */
  columns() {
    const longest = Math.max(...this.groups.map(({ mean }) => mean.length), 1);
    const seconds = Array.from({ length: longest }, (_none, second) => second);
    /** @param {Series | null} values */
    const filled = (values) => seconds.map((second) => values?.[second] ?? null);
    return [seconds, ...this.groups.flatMap(({ mean, low, high }) => [filled(mean), filled(low), filled(high)])];
  }

  fit() {
    const { clientWidth } = this.plotPlace;
    if (clientWidth && clientWidth !== this.plot.width) this.plot.setSize({ width: clientWidth, height: HEIGHT });
  }

  /** @returns {uPlot.Options} */
  options() {
    return {
      width: this.plotPlace.clientWidth || 300,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: cursors.key } },
      scales: { x: { time: false }, y: { range: () => this.range } },
      axes: [this.timeAxis(), this.valueAxis()],
      series: [{}, ...this.groups.flatMap((_group, index) => this.series(index))],
      bands: this.groups.map((_group, index) => ({
        series: [3 * index + 3, 3 * index + 2],
        fill: () => faded(groupColor(index), 0.16),
      })),
      hooks: { setCursor: [(u) => this.read(u.cursor.idx)] },
    };
  }

  /**
   * @param {number} index
   * @returns {uPlot.Series[]}
   */
  series(index) {
    const paths = this.isStepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
    const edge = { stroke: () => "transparent", width: 0, points: { show: false } };
    const line = { stroke: () => groupColor(index), width: 2, dash: groupDash(index), paths, points: { show: false } };
    return [line, edge, edge];
  }

  /** @returns {uPlot.Axis} */
  timeAxis() {
    return {
      ...axisLook(),
      incrs: STEPS_S,
      space: 60,
      size: 30,
      values: (_u, ticks) => ticks.map((second) => formatMoment(1000 * second, 0)),
    };
  }

  /** @returns {uPlot.Axis} */
  valueAxis() {
    return { ...axisLook(), size: 56, space: 30, values: (_u, ticks) => ticks.map((tick) => this.unit(tick)) };
  }

  /** @param {number | null | undefined} second */
  read(second) {
    if (second === null || second === undefined) {
      this.readout.textContent = "";
      return;
    }
    const parts = this.groups.map((group) => this.describe(group, second)).filter(Boolean);
    this.readout.textContent = [formatMoment(1000 * second, 0), ...parts].join(" · ");
  }

  /**
   * @param {ChartLine} line
   * @param {number} second
   */
  describe({ name, mean, low, high }, second) {
    const value = mean[second] ?? null;
    if (value === null) return "";
    const [from, to] = [low?.[second] ?? null, high?.[second] ?? null];
    const has = from !== null && to !== null;
    const ends = has ? ` (${fill(gettext("{low} to {high}"), { low: this.unit(from), high: this.unit(to) })})` : "";
    return `${name} ${this.unit(value)}${ends}`;
  }

  remove() {
    this.plot.destroy();
    this.element.remove();
  }
}

/**
 * 0.314 -> "31 %"
 * @param {number} value
 */
export const asPercent = (value) => `${formatNumber(100 * value, 0)} %`;

/**
 * 0.314 -> "+31" percentage points
 * @param {number} value
 */
export const asPoints = (value) => `${value > 0 ? "+" : ""}${formatNumber(100 * value, 0)}`;

/** @param {number} value */
export const asCount = (value) => (Number.isInteger(value) ? formatNumber(value, 0) : "");

/**
 * From where to where an axis goes so that every value is on it: whole tens of percent.
 * @param {(Series | undefined)[]} curves
 * @param {boolean} isSigned
 * @returns {Range}
 */
export function rangeOf(curves, isSigned) {
  let [low, high] = [0, 0.1];
  for (const values of curves) {
    for (const value of values ?? []) {
      if (value !== null && value < low) low = value;
      if (value !== null && value > high) high = value;
    }
  }
  return [isSigned ? Math.floor(10 * low) / 10 : 0, Math.ceil(10 * high) / 10];
}

function axisLook() {
  return {
    stroke: () => themeColor("pico-muted-color"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: () => themeColor("line"), width: 1 },
    ticks: { stroke: () => themeColor("line"), width: 1, size: 4 },
  };
}
