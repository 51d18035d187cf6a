// One face's panel: its timeline, fetched when it is looked at and as finely as it is looked at.

import { fill } from "../format.js";
import { Chart } from "./chart.js";
import { bucketFor, fetchLane, placeAt, rankedAt, verdictAt } from "./lanes.js";
import { formatMoment } from "./moments.js";
import { LaneTable } from "./table.js";

const PX_PER_BUCKET = 3;
const SETTLE_MS = 150;
const TOLD_SCORES = 3;
const NEAR = "300px"; // a timeline about to come into sight is fetched already

export class FacePanel {
  constructor(card, { data, words, view, player }) {
    Object.assign(this, { card, data, words, view, player });
    this.number = Number(card.dataset.face);
    this.plot = card.querySelector("[data-plot]");
    this.state = card.querySelector("[data-state]");
    this.readout = card.querySelector("[data-readout]");
    this.names = new Map(data.emotions.map(({ key, name }) => [key, name]));
    this.table = new LaneTable(card.querySelector("[data-table]"), this);
    this.timeMs = 0;
    this.hoverMs = null;
    this.isSeen = false;
    this.asked = 0;
    this.listen();
    this.enableFit();
  }

  get bucketMs() {
    const width = this.chart?.width || this.plot.clientWidth || 600;
    return bucketFor(this.view.spanMs, width / PX_PER_BUCKET, this.data);
  }

  listen() {
    this.state.querySelector("button").addEventListener("click", () => this.load());
    this.view.addEventListener("look", () => this.chart?.showLook());
    this.view.addEventListener("range", () => {
      this.isCurrent = false;
      this.chart?.showRange();
      this.loadSoon();
    });
    const onSight = (entries) => {
      this.isSeen = entries.at(-1).isIntersecting;
      if (this.isSeen) this.start();
    };
    new IntersectionObserver(onSight, { rootMargin: NEAR }).observe(this.plot);
  }

  /** A face that was there for a part of the time only can have the view for itself. */
  enableFit() {
    const { first, last } = this.card.dataset;
    const [fromMs, toMs] = [Number(first), Number(last) + this.data.stepMs];
    const button = this.card.querySelector("[data-fit]");
    button.hidden = toMs - fromMs > 0.75 * this.data.durationMs;
    button.addEventListener("click", () => this.view.show(fromMs, toMs));
  }

  start() {
    this.chart ??= new Chart(this.plot, {
      emotions: this.data.emotions,
      view: this.view,
      markers: this.data.markers,
      bands: this.bands(),
      onSeek: (tMs) => this.player.seek(tMs),
      onSelect: (fromMs, toMs) => this.view.show(fromMs, toMs),
      onHover: (tMs) => this.showHover(tMs),
    });
    this.chart.setPlayhead(this.timeMs);
    if (!this.isCurrent) this.load();
  }

  /** What is drawn over this face's time: stretches of the session, and corrections of this face. */
  bands() {
    const mine = this.data.corrections.filter(({ track }) => track === this.number);
    const corrected = mine.map(({ fromMs, toMs, emotion }) => {
      const text = fill(this.words.corrected, { name: this.names.get(emotion) });
      return { fromMs, toMs: toMs + this.data.stepMs, kind: "correction", text };
    });
    return [...this.data.segments, ...corrected];
  }

  loadSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.isSeen && !this.isCurrent && this.load(), SETTLE_MS);
  }

  /** Ask for what is in view; an answer that comes when something else is in view is dropped. */
  async load() {
    this.asked += 1;
    const question = this.asked;
    this.isCurrent = true;
    this.plot.setAttribute("aria-busy", "true");
    if (!this.lane) this.showState(this.words.loading);
    const { fromMs, toMs } = this.view;
    try {
      const lane = await fetchLane(this.data.id, this.number, { fromMs, toMs, bucketMs: this.bucketMs });
      if (question === this.asked) this.show(lane);
    } catch (refusal) {
      if (question === this.asked) this.showFailure(refusal);
    }
  }

  show(lane) {
    this.lane = lane;
    this.showState("");
    this.chart.setLane(lane);
    this.chart.setPlayhead(this.timeMs);
    this.told = null;
    this.tellReadout();
    this.plot.setAttribute("aria-busy", "false");
    this.table.refresh();
  }

  showFailure(refusal) {
    this.isCurrent = false;
    this.plot.setAttribute("aria-busy", "false");
    const isSignedOut = refusal.status === 401 || refusal.code === "not_authenticated";
    this.showState(
      isSignedOut ? this.words.signedOut : (refusal.status && refusal.message) || this.words.chartFailed,
      true,
    );
  }

  showState(text, isFailure = false) {
    this.state.hidden = !text;
    this.state.classList.toggle("failed", isFailure);
    this.state.querySelector("span").textContent = text;
    this.state.querySelector("button").hidden = !isFailure;
  }

  showPlayhead(tMs) {
    this.timeMs = tMs;
    this.chart?.setPlayhead(tMs);
    this.tellReadout();
  }

  showHover(tMs) {
    this.hoverMs = tMs;
    this.tellReadout();
  }

  /** The line under the chart changes only when another bucket is meant. */
  tellReadout() {
    const tMs = this.hoverMs ?? this.timeMs;
    const key = `${placeAt(this.lane, tMs)} ${this.hoverMs === null}`;
    if (!this.lane || key === this.told) return;
    this.told = key;
    this.readout.textContent = this.describe(tMs);
    this.readout.classList.toggle("hovering", this.hoverMs !== null);
  }

  describe(tMs) {
    const place = placeAt(this.lane, tMs);
    const verdict = verdictAt(this.lane, place);
    const when = formatMoment(place < 0 ? tMs : this.lane.tMs[place]);
    const words = { absent: this.words.noFace, unscored: this.words.unscored };
    if (verdict in words) return `${when} · ${words[verdict]}`;
    const scores = rankedAt(this.lane, place).slice(0, TOLD_SCORES);
    const told = scores.map(([emotion, mean]) =>
      fill(this.words.emotionAt, { name: this.names.get(emotion), percent: Math.round(100 * mean) }),
    );
    return [when, ...(verdict === "unsure" ? [this.words.notSure] : []), ...told].join(" · ");
  }

  /** Say aloud what the playhead is at; only after a key, for playback would never stop talking. */
  tellMoment() {
    document.getElementById("announcement").textContent = this.describe(this.player.timeMs);
  }
}
