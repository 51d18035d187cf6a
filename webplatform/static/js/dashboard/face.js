// One face's panel: its timeline, fetched when it is looked at and as finely as it is looked at.

import { Refusal, reasonOf } from "../api.js";
import { find, findIn } from "../dom.js";
import { fill } from "../format.js";
import { formatMoment } from "../moments.js";
import { Chart } from "./chart.js";
import { bucketFor, fetchLane, indexAt, rankedAt, verdictAt } from "./lanes.js";
import { LaneTable } from "./table.js";

const PX_PER_BUCKET = 3;
const SETTLE_MS = 150;
const TOLD_SCORES = 3;
const NEAR = "300px"; // a timeline about to come into sight is fetched already

export class FacePanel {
  /**
   * @param {HTMLElement} card
   * @param {object} parts
   * @param {SessionData} parts.data
   * @param {import("./view.js").View} parts.view
   * @param {import("./player.js").Player} parts.player
   */
  constructor(card, { data, view, player }) {
    this.card = card;
    this.data = data;
    this.view = view;
    this.player = player;
    /** @type {Chart | null} made when it is looked at */
    this.chart = null;
    /** @type {Lane | null} */
    this.lane = null;
    /** @type {string | null} what the readout tells */
    this.shownKey = null;
    this.isCurrent = false; // whether the lane is, or is being fetched, of what is in view
    this.timer = 0;
    this.number = Number(card.dataset.face);
    this.plot = findIn(card, "[data-plot]");
    this.state = findIn(card, "[data-state]");
    this.readout = findIn(card, "[data-readout]");
    this.names = new Map(data.emotions.map(({ key, name }) => [key, name]));
    this.table = new LaneTable(findIn(card, "[data-table]", HTMLDetailsElement), this);
    this.timeMs = 0;
    /** @type {number | null} */
    this.hoverMs = null;
    this.isSeen = false;
    this.requests = 0;
    this.listen();
    this.enableFit();
  }

  get bucketMs() {
    const width = this.chart?.width || this.plot.clientWidth || 600;
    return bucketFor(this.view.spanMs, width / PX_PER_BUCKET, this.data);
  }

  listen() {
    findIn(this.state, "button").addEventListener("click", () => this.load());
    this.view.addEventListener("look", () => this.chart?.showLook());
    this.view.addEventListener("range", () => {
      this.isCurrent = false;
      this.chart?.showRange();
      this.loadSoon();
    });
    /** @param {IntersectionObserverEntry[]} entries */
    const onSight = (entries) => {
      this.isSeen = entries.at(-1)?.isIntersecting ?? false;
      if (this.isSeen) this.start();
    };
    new IntersectionObserver(onSight, { rootMargin: NEAR }).observe(this.plot);
  }

  /** A face that was there for a part of the time only can have the view for itself. */
  enableFit() {
    const { first, last } = this.card.dataset;
    const [fromMs, toMs] = [Number(first), Number(last) + this.data.stepMs];
    const button = findIn(this.card, "[data-fit]");
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

  /**
   * What is drawn over this face's time: stretches of the session, and corrections of this face.
   * @returns {TimeBand[]}
   */
  bands() {
    const mine = this.data.corrections.filter(({ track }) => track === this.number);
    const corrected = mine.map(({ fromMs, toMs, emotion }) => {
      const text = fill(gettext("corrected: {name}"), { name: this.names.get(emotion) });
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
    this.requests += 1;
    const request = this.requests;
    this.isCurrent = true;
    this.plot.setAttribute("aria-busy", "true");
    if (!this.lane) this.showState(gettext("Loading the timeline …"));
    const { fromMs, toMs } = this.view;
    try {
      const lane = await fetchLane(this.data.id, this.number, { fromMs, toMs, bucketMs: this.bucketMs });
      if (request === this.requests) this.show(lane);
    } catch (error) {
      if (request === this.requests) this.showFailure(error);
    }
  }

  /** @param {Lane} lane */
  show(lane) {
    this.lane = lane;
    this.showState("");
    this.chart?.setLane(lane);
    this.chart?.setPlayhead(this.timeMs);
    this.shownKey = null;
    this.tellReadout();
    this.plot.setAttribute("aria-busy", "false");
    this.table.refresh();
  }

  /** @param {unknown} error */
  showFailure(error) {
    this.isCurrent = false;
    this.plot.setAttribute("aria-busy", "false");
    const isSignedOut = error instanceof Refusal && (error.status === 401 || error.code === "not_authenticated");
    this.showState(
      isSignedOut
        ? gettext("You are signed out. Log in again in another tab, then try again.")
        : reasonOf(error, gettext("The timeline could not be loaded.")),
      true,
    );
  }

  /**
   * @param {string} text
   * @param {boolean} [isFailure]
   */
  showState(text, isFailure = false) {
    this.state.hidden = !text;
    this.state.classList.toggle("failed", isFailure);
    findIn(this.state, "span").textContent = text;
    findIn(this.state, "button").hidden = !isFailure;
  }

  /** @param {number} tMs */
  showPlayhead(tMs) {
    this.timeMs = tMs;
    this.chart?.setPlayhead(tMs);
    this.tellReadout();
  }

  /** @param {number | null} tMs */
  showHover(tMs) {
    this.hoverMs = tMs;
    this.tellReadout();
  }

  /** The line under the chart changes only when another bucket is meant. */
  tellReadout() {
    const tMs = this.hoverMs ?? this.timeMs;
    const key = `${indexAt(this.lane, tMs)} ${this.hoverMs === null}`;
    if (!this.lane || key === this.shownKey) return;
    this.shownKey = key;
    this.readout.textContent = this.describe(this.lane, tMs);
    this.readout.classList.toggle("hovering", this.hoverMs !== null);
  }

  /**
   * @param {Lane} lane
   * @param {number} tMs
   */
  describe(lane, tMs) {
    const index = indexAt(lane, tMs);
    const verdict = verdictAt(lane, index);
    const when = formatMoment(index < 0 ? tMs : lane.tMs[index]);
    if (verdict === "absent") return `${when} · ${gettext("face not seen")}`;
    if (verdict === "unscored") return `${when} · ${gettext("face not scored")}`;
    const scores = rankedAt(lane, index).slice(0, TOLD_SCORES);
    const texts = scores.map(([emotion, mean]) =>
      fill(gettext("{name} {percent} %"), { name: this.names.get(emotion), percent: Math.round(100 * mean) }),
    );
    return [when, ...(verdict === "unsure" ? [gettext("not sure")] : []), ...texts].join(" · ");
  }

  /** Say aloud what the playhead is at; only after a key, for playback would never stop talking. */
  tellMoment() {
    if (this.lane) find("announcement").textContent = this.describe(this.lane, this.player.timeMs);
  }
}
