// The boxes to draw, fetched in windows of time as playback comes to them; a long video is never loaded whole.

import { API, request } from "../api.js";

const WINDOW_MS = 15_000;
const KEPT_WINDOWS = 8;
const PAGE_SIZE = 5000;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** @typedef {Map<number, ObservedFace[]>} Tracks  observations in order of time, by track */

/** Tells "loaded" when a window has come, and "failed" when one has not and is asked for again. */
export class ObservationStore extends EventTarget {
  /** @param {Pick<SessionData, "id" | "stepMs" | "durationMs">} session */
  constructor({ id, stepMs, durationMs }) {
    super();
    this.id = id;
    this.stepMs = stepMs;
    this.durationMs = durationMs;
    /** @type {Map<number, Tracks | null>} by the number of the window; null while it is coming */
    this.windows = new Map();
    this.waitMs = FIRST_WAIT_MS;
  }

  /**
   * What is known of the faces at a moment, with boxes moved on towards the next one.
   * @param {number} tMs
   * @returns {ObservedFace[]}
   */
  at(tMs) {
    const tracks = this.window(Math.floor(tMs / WINDOW_MS));
    const next = Math.floor((tMs + WINDOW_MS / 2) / WINDOW_MS);
    if (next * WINDOW_MS < this.durationMs) this.window(next);
    return tracks ? [...tracks.values()].flatMap((rows) => this.between(rows, tMs) ?? []) : [];
  }

  /** @param {number} number */
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

  /** @param {number} number */
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

  /**
   * A window reaches a little beyond its ends, so that a moment near one knows what is before and after it.
   * @param {number} number
   */
  async fetchWindow(number) {
    const fromMs = Math.max(0, number * WINDOW_MS - 2 * this.stepMs);
    const toMs = (number + 1) * WINDOW_MS + 2 * this.stepMs;
    /** @type {string | null} */
    let path = `/sessions/${this.id}/observations/?from_ms=${fromMs}&to_ms=${toMs}&page_size=${PAGE_SIZE}`;
    /** @type {Tracks} */
    const tracks = new Map();
    while (path) {
      /** @type {ObservationPage} */
      const page = await request(path);
      for (const row of page.results) {
        const rows = tracks.get(row.track) ?? [];
        tracks.set(row.track, rows);
        rows.push(row);
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

  /**
   * @param {ObservedFace[]} rows of one track
   * @param {number} tMs
   * @returns {ObservedFace | null}
   */
  between(rows, tMs) {
    const index = lastBefore(rows, tMs);
    const [row, next] = [rows[index], rows[index + 1]];
    const reachMs = 1.5 * this.stepMs;
    if (!row || tMs - row.t_ms > reachMs) return null;
    if (!next || next.t_ms - row.t_ms > reachMs || next.frame_width !== row.frame_width) return row;
    const share = (tMs - row.t_ms) / (next.t_ms - row.t_ms);
    /** @param {0 | 1 | 2 | 3} axis */
    const moved = (axis) => row.box[axis] + share * (next.box[axis] - row.box[axis]);
    return { ...row, box: [moved(0), moved(1), moved(2), moved(3)] };
  }
}

/**
 * The index of the last row that is not later than `tMs`; -1 if all are.
 * @param {ObservedFace[]} rows
 * @param {number} tMs
 */
function lastBefore(rows, tMs) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].t_ms <= tMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The server names the next page by its whole address, which a proxy in between may have made another host's.
 * @param {string} address
 */
function pathOf(address) {
  const { pathname, search } = new URL(address, document.baseURI);
  return pathname.slice(API.length) + search;
}
