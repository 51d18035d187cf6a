// The boxes to draw, fetched in windows of time as playback comes to them; a long video is never loaded whole.

import { API, request } from "../api.js";

const WINDOW_MS = 15_000;
const KEPT_WINDOWS = 8;
const PAGE_SIZE = 5000;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** Tells "loaded" when a window has come, and "failed" when one has not and is asked for again. */
export class ObservationStore extends EventTarget {
  constructor({ id, stepMs, durationMs }) {
    super();
    this.id = id;
    this.stepMs = stepMs;
    this.durationMs = durationMs;
    this.windows = new Map(); // number of the window -> Map of track -> observations in order of time, or null: coming
    this.waitMs = FIRST_WAIT_MS;
  }

  /** What is known of the faces at a moment: [{...observation, box}], with boxes moved on towards the next one. */
  at(tMs) {
    const tracks = this.window(Math.floor(tMs / WINDOW_MS));
    const next = Math.floor((tMs + WINDOW_MS / 2) / WINDOW_MS);
    if (next * WINDOW_MS < this.durationMs) this.window(next);
    return tracks ? [...tracks.values()].map((rows) => this.between(rows, tMs)).filter(Boolean) : [];
  }

  window(number) {
    const found = this.windows.get(number);
    if (found === undefined) {
      this.windows.set(number, null);
      this.load(number);
      return null;
    }
    if (found) {
      this.windows.delete(number);
      this.windows.set(number, found); // the one used last stands last
    }
    return found;
  }

  async load(number) {
    try {
      this.windows.set(number, await this.fetchWindow(number));
      this.waitMs = FIRST_WAIT_MS;
      this.forget();
      this.dispatchEvent(new Event("loaded"));
    } catch {
      setTimeout(() => this.windows.delete(number) && this.dispatchEvent(new Event("again")), this.waitMs);
      this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
      this.dispatchEvent(new Event("failed"));
    }
  }

  /** A window reaches a little beyond its ends, so that a moment near one knows what is before and after it. */
  async fetchWindow(number) {
    const fromMs = Math.max(0, number * WINDOW_MS - 2 * this.stepMs);
    const toMs = (number + 1) * WINDOW_MS + 2 * this.stepMs;
    let path = `/sessions/${this.id}/observations/?from_ms=${fromMs}&to_ms=${toMs}&page_size=${PAGE_SIZE}`;
    const tracks = new Map();
    while (path) {
      const page = await request(path);
      for (const row of page.results) {
        if (!tracks.has(row.track)) tracks.set(row.track, []);
        tracks.get(row.track).push(row);
      }
      path = page.next && pathOf(page.next);
    }
    return tracks;
  }

  forget() {
    for (const [number, tracks] of this.windows) {
      if (this.windows.size <= KEPT_WINDOWS) return;
      if (tracks) this.windows.delete(number);
    }
  }

  between(rows, tMs) {
    const place = lastBefore(rows, tMs);
    const [row, next] = [rows[place], rows[place + 1]];
    const reachMs = 1.5 * this.stepMs;
    if (!row || tMs - row.t_ms > reachMs) return null;
    if (!next || next.t_ms - row.t_ms > reachMs || next.frame_width !== row.frame_width) return row;
    const share = (tMs - row.t_ms) / (next.t_ms - row.t_ms);
    return { ...row, box: row.box.map((value, axis) => value + share * (next.box[axis] - value)) };
  }
}

/** The place of the last row that is not later than `tMs`; -1 if all are. */
function lastBefore(rows, tMs) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].t_ms <= tMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The server names the next page by its whole address, which a proxy in between may have made another host's. */
function pathOf(address) {
  const { pathname, search } = new URL(address, document.baseURI);
  return pathname.slice(API.length) + search;
}
