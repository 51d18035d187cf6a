// One track's readings in equal buckets of time, as the timeline API gives them.

import { request } from "../api.js";
import { roundBucket } from "../moments.js";

/**
 * How long a bucket is when `count` of them shall fill a span; never shorter than one sample.
 * @param {number} spanMs
 * @param {number} count
 * @param {{everyMs: number, stepMs: number}} data
 */
export function bucketFor(spanMs, count, { everyMs, stepMs }) {
  return roundBucket(Math.max(spanMs / Math.max(count, 1), stepMs), everyMs);
}

/**
 * One track in buckets of this length.
 * @param {string} sessionId
 * @param {number} number
 * @param {{fromMs: number, toMs: number, bucketMs: number}} range
 */
export async function fetchLane(sessionId, number, { fromMs, toMs, bucketMs }) {
  const startMs = Math.floor(fromMs / bucketMs) * bucketMs;
  const range = `from_ms=${startMs}&to_ms=${Math.ceil(toMs)}&bucket_ms=${bucketMs}&track=${number}`;
  /** @type {Timeline} */
  const answer = await request(`/sessions/${sessionId}/timeline/?${range}`);
  return withGaps(answer, answer.tracks[0]);
}

/**
 * The API leaves out buckets in which the track was not seen; a chart needs them as gaps.
 * @param {Pick<Timeline, "bucket_ms" | "from_ms" | "to_ms">} timeline
 * @param {TimelineTrack} [track]
 * @returns {Lane}
 */
function withGaps({ bucket_ms: bucketMs, from_ms: fromMs, to_ms: toMs }, track) {
  const length = track ? Math.round((toMs - fromMs) / bucketMs) : 0;
  const indexes = (track?.t_ms ?? []).map((tMs) => Math.round((tMs - fromMs) / bucketMs));
  /** @type {<T>(values: T[] | undefined, empty: T) => T[]} */
  const spread = (values, empty) => {
    const all = new Array(length).fill(empty);
    for (const [at, index] of indexes.entries()) all[index] = values?.[at] ?? empty;
    return all;
  };
  /** @type {Lane["scores"]} */
  const scores = {};
  for (const [emotion, means] of Object.entries(track?.scores ?? {})) scores[emotion] = spread(means, null);
  return {
    bucketMs,
    tMs: Array.from({ length }, (_nothing, index) => fromMs + index * bucketMs),
    n: spread(track?.n, 0),
    scored: spread(track?.scored, 0),
    scores,
    dominant: spread(track?.dominant, null),
  };
}

/**
 * The index of the bucket that holds a moment; -1 where there is none.
 * @param {Lane | null | undefined} lane
 * @param {number} tMs
 */
export function indexAt(lane, tMs) {
  if (!lane?.tMs.length) return -1;
  const index = Math.floor((tMs - lane.tMs[0]) / lane.bucketMs);
  return index >= 0 && index < lane.tMs.length ? index : -1;
}

/**
 * What a bucket says.
 * @param {Lane} lane
 * @param {number} index
 * @returns {"absent" | "unscored" | "unsure" | "sure"}
 */
export function verdictAt(lane, index) {
  if (index < 0 || !lane.n[index]) return "absent";
  if (!lane.scored[index]) return "unscored";
  return lane.dominant[index] ? "sure" : "unsure";
}

/**
 * [emotion, mean score] of a bucket, highest first.
 * @param {Lane} lane
 * @param {number} index
 * @returns {[string, number][]}
 */
export function rankedAt(lane, index) {
  /** @type {[string, number][]} */
  const pairs = [];
  for (const [emotion, means] of Object.entries(lane.scores)) {
    const mean = means[index];
    if (mean !== null) pairs.push([emotion, mean]);
  }
  return pairs.sort((one, other) => other[1] - one[1]);
}
