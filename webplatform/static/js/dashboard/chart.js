// One track's timeline: uPlot's axes, cursor and lines; our areas, hatching and playhead.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { formatMoment } from "../moments.js";
import { DASHES, emotionColor, themeColor } from "../paint.js";
import { nameAreas, nameLines, paintAreas, paintVerdicts } from "./areas.js";

const STEPS_MS = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5];
const CLICK_PX = 5;
const lines = uPlot.paths.linear?.();

export class Chart {
  /**
   * `onSeek` and `onSelect` are told moments; `onHover` a moment, or null when the pointer has left.
   * @param {HTMLElement} element
   * @param {object} parts
   * @param {EmotionName[]} parts.emotions
   * @param {import("./view.js").View} parts.view
   * @param {SessionData["markers"]} parts.markers
   * @param {TimeBand[]} parts.bands
   * @param {(tMs: number) => void} parts.onSeek
   * @param {(fromMs: number, toMs: number) => void} parts.onSelect
   * @param {(tMs: number | null) => void} parts.onHover
   */
  constructor(element, { emotions, view, markers, bands, onSeek, onSelect, onHover }) {
    this.element = element;
    this.emotions = emotions;
    this.view = view;
    /** @type {Lane | null} */
    this.lane = null;
    /** @type {ReturnType<typeof paintAreas>} */
    this.labels = [];
    this.playheadMs = 0;
    this.on = { onSeek, onSelect, onHover };
    this.plot = new uPlot(this.options(), this.columns(), element);
    this.playhead = document.createElement("div");
    this.playhead.className = "playhead";
    this.plot.over.append(this.playhead);
    this.bands = bands.map((band) => this.addBand(band));
    this.markers = markers.map((marker) => this.addMarker(marker));
    this.listen();
  }

  get width() {
    return this.plot.bbox.width / (devicePixelRatio || 1);
  }

  /** @param {Lane} lane */
  setLane(lane) {
    this.lane = lane;
    this.plot.setData(this.columns(), true);
    this.placeMarkers();
  }

  showRange() {
    this.plot.setScale("x", { min: this.view.fromMs, max: this.view.toMs });
    this.setPlayhead(this.playheadMs);
    this.placeMarkers();
  }

  /** @param {SessionData["markers"][number]} marker */
  addMarker({ tMs, text }) {
    const line = document.createElement("div");
    line.className = "marker-line";
    line.append(spanOf(text));
    this.plot.over.append(line);
    return { tMs, line };
  }

  /** @param {TimeBand} stretch */
  addBand({ fromMs, toMs, kind, text }) {
    const band = document.createElement("div");
    band.className = `segment-band is-${kind}`;
    band.append(spanOf(text));
    this.plot.over.append(band);
    return { fromMs, toMs, band };
  }

  placeMarkers() {
    for (const { fromMs, toMs, band } of this.bands) {
      band.hidden = toMs <= this.view.fromMs || fromMs >= this.view.toMs;
      if (band.hidden) continue;
      const left = this.plot.valToPos(Math.max(fromMs, this.view.fromMs), "x");
      const right = this.plot.valToPos(Math.min(toMs, this.view.toMs), "x");
      band.style.left = `${left}px`;
      band.style.width = `${Math.max(right - left, 2)}px`;
    }
    for (const { tMs, line } of this.markers) {
      line.hidden = tMs < this.view.fromMs || tMs > this.view.toMs;
      if (!line.hidden) line.style.left = `${this.plot.valToPos(tMs, "x")}px`;
    }
  }

  showLook() {
    for (const [index, { key }] of this.emotions.entries()) {
      this.plot.setSeries(index + 1, { show: !this.view.hidden.has(key) });
    }
    this.plot.redraw(true);
  }

  /** @param {number} tMs */
  setPlayhead(tMs) {
    this.playheadMs = tMs;
    const isSeen = tMs >= this.view.fromMs && tMs <= this.view.toMs;
    this.playhead.hidden = !isSeen;
    if (isSeen) this.playhead.style.transform = `translateX(${this.plot.valToPos(tMs, "x")}px)`;
  }

  /** @returns {uPlot.AlignedData} */
  columns() {
    if (!this.lane) return [[], ...this.emotions.map(() => [])];
    const { tMs, bucketMs, scores } = this.lane;
    return [tMs.map((start) => start + bucketMs / 2), ...this.emotions.map(({ key }) => scores[key])];
  }

  listen() {
    const { over } = this.plot;
    /** @type {number | null} */
    let pressed = null;
    over.addEventListener("mousedown", ({ clientX }) => (pressed = clientX));
    over.addEventListener("click", ({ clientX }) => {
      if (pressed !== null && Math.abs(clientX - pressed) > CLICK_PX) return; // that was a selection
      this.on.onSeek(this.plot.posToVal(clientX - over.getBoundingClientRect().left, "x"));
    });
    new ResizeObserver(() => this.fit()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plot.redraw(true));
  }

  fit() {
    const { clientWidth, clientHeight } = this.element;
    if (!clientWidth || (clientWidth === this.plot.width && clientHeight === this.plot.height)) return;
    this.plot.setSize({ width: clientWidth, height: clientHeight });
    this.setPlayhead(this.playheadMs);
  }

  /** @returns {uPlot.Options} */
  options() {
    return {
      width: this.element.clientWidth || 300,
      height: this.element.clientHeight || 200,
      padding: [8, 22, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: CLICK_PX } },
      scales: {
        x: { time: false, range: () => [this.view.fromMs, this.view.toMs] },
        y: { range: () => [-0.1, 1] },
      },
      axes: [this.timeAxis(), this.scoreAxis()],
      series: [{}, ...this.emotions.map(({ key }) => this.series(key))],
      hooks: {
        drawAxes: [(u) => (this.labels = this.isStacked && this.lane ? paintAreas(u, this.lane, this.shown) : [])],
        draw: [(u) => this.lane && this.finish(u, this.lane)],
        setSelect: [() => this.select()],
        setCursor: [({ cursor: { left = -1 }, posToVal }) => this.on.onHover(left < 0 ? null : posToVal(left, "x"))],
      },
    };
  }

  get isStacked() {
    return this.view.mode === "stacked";
  }

  get shown() {
    return this.emotions.filter(({ key }) => !this.view.hidden.has(key));
  }

  /**
   * @param {string} key
   * @returns {uPlot.Series}
   */
  series(key) {
    return {
      stroke: () => emotionColor(key),
      width: 2,
      dash: DASHES[key],
      paths: (u, series, from, to) => (this.isStacked ? null : (lines?.(u, series, from, to) ?? null)),
      points: {
        show: () => !this.isStacked,
        filter: (u, series, isShown) => (isShown ? aloneIn(u.data[series]) : null),
        size: 5,
        fill: () => emotionColor(key),
      },
    };
  }

  /** @returns {uPlot.Axis} */
  timeAxis() {
    return {
      ...axisLook(),
      incrs: STEPS_MS,
      space: 60,
      size: 30,
      values: (_u, ticks, _axis, _space, stepMs) => ticks.map((tMs) => formatMoment(tMs, stepMs < 1000 ? 1 : 0)),
    };
  }

  /** @returns {uPlot.Axis} */
  scoreAxis() {
    return {
      ...axisLook(),
      size: 48,
      splits: () => [0, 0.25, 0.5, 0.75, 1],
      values: (_u, ticks) => ticks.map((tick) => (tick % 0.5 === 0 ? `${100 * tick} %` : "")),
    };
  }

  /**
   * @param {uPlot} u
   * @param {Lane} lane
   */
  finish(u, lane) {
    paintVerdicts(u, lane);
    if (this.isStacked) nameAreas(u, this.labels);
    else nameLines(u, lane, this.shown, themeColor("surface"));
  }

  select() {
    const { left, width } = this.plot.select;
    if (width <= CLICK_PX) return;
    const [fromMs, toMs] = [this.plot.posToVal(left, "x"), this.plot.posToVal(left + width, "x")];
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.on.onSelect(fromMs, toMs);
  }
}

/** @param {string} text */
function spanOf(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

/**
 * A single value between two gaps has no line: it gets a point.
 * @param {ArrayLike<number | null | undefined>} column
 */
function aloneIn(column) {
  const values = Array.from(column);
  return values.flatMap((value, index) =>
    value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null ? [index] : [],
  );
}

function axisLook() {
  return {
    stroke: () => themeColor("pico-muted-color"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: () => themeColor("line"), width: 1 },
    ticks: { stroke: () => themeColor("line"), width: 1, size: 4 },
  };
}
