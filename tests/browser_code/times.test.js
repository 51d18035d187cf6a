import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketFor, fetchLane, indexAt, rankedAt, verdictAt } from "../../webplatform/static/js/dashboard/lanes.js";
import { formatMoment, roundBucket } from "../../webplatform/static/js/moments.js";

test("moments are told in tenths of a second, and in hours only where there are some", () => {
  const told = [0, 49, 50, 7400, 59_949, 59_950, 3_599_949, 3_599_950, 3_661_200, -300].map((tMs) => formatMoment(tMs));
  const wanted = ["0:00.0", "0:00.0", "0:00.1", "0:07.4", "0:59.9", "1:00.0", "59:59.9", "1:00:00.0", "1:01:01.2"];
  assert.deepEqual(told, [...wanted, "0:00.0"]);
});

test("moments may be told in whole seconds, or more finely", () => {
  assert.deepEqual(
    [formatMoment(59_499, 0), formatMoment(59_500, 0), formatMoment(1005, 3)],
    ["0:59", "1:00", "0:01.005"],
  );
});

test("a bucket is the next round number of samples, and beyond all of them a whole number", () => {
  assert.deepEqual(
    [1, 200, 201, 1001, 2001, 3_600_000, 3_600_001].map((leastMs) => roundBucket(leastMs, 200)),
    [200, 200, 400, 2000, 3000, 3_600_000, 3_600_200],
  );
});

test("a bucket holds one sample at least, and no more of them than there are places", () => {
  const data = { everyMs: 200, stepMs: 200 };
  assert.equal(bucketFor(60_000, 300, data), 200);
  assert.equal(bucketFor(60_000, 100, data), 1000);
  assert.equal(bucketFor(60_000, 0, data), 60_000);
  assert.equal(bucketFor(1000, 500, { everyMs: 200, stepMs: 240 }), 400);
});

const TRACK = {
  t_ms: [2000, 4000, 5000],
  n: [5, 5, 4],
  scored: [5, 0, 4],
  scores: { happy: [0.75, null, 0.4], sad: [0.25, null, 0.5] },
  dominant: ["happy", null, null],
};

/** The lane from 2.5 s to 6.1 s in whole seconds, and the address that was asked. */
async function fetched(track) {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return Response.json({ bucket_ms: 1000, from_ms: 2000, to_ms: 7000, tracks: track ? [track] : [] });
  };
  return { asked, lane: await fetchLane("s1", 3, { fromMs: 2500, toMs: 6100.2, bucketMs: 1000 }) };
}

test("a lane is asked for from the start of a bucket", async () => {
  const { asked } = await fetched(TRACK);
  assert.deepEqual(asked, ["/api/v1/sessions/s1/timeline/?from_ms=2000&to_ms=6101&bucket_ms=1000&track=3"]);
});

test("buckets that the answer leaves out are gaps", async () => {
  const { lane } = await fetched(TRACK);
  assert.deepEqual(lane, {
    bucketMs: 1000,
    tMs: [2000, 3000, 4000, 5000, 6000],
    n: [5, 0, 5, 4, 0],
    scored: [5, 0, 0, 4, 0],
    scores: { happy: [0.75, null, null, 0.4, null], sad: [0.25, null, null, 0.5, null] },
    dominant: ["happy", null, null, null, null],
  });
  assert.deepEqual(
    [0, 1, 2, 3, 4, -1].map((place) => verdictAt(lane, place)),
    ["sure", "absent", "unscored", "unsure", "absent", "absent"],
  );
});

test("a face that is not there has an empty lane", async () => {
  const { lane } = await fetched(null);
  assert.deepEqual([lane.tMs, lane.scores, indexAt(lane, 2000)], [[], {}, -1]);
});

test("a moment is in the bucket that begins at or before it", async () => {
  const { lane } = await fetched(TRACK);
  const indexes = [1999, 2000, 2999, 3000, 6999, 7000].map((tMs) => indexAt(lane, tMs));
  assert.deepEqual(indexes, [-1, 0, 0, 1, 4, -1]);
  assert.equal(indexAt(null, 0), -1);
});

test("scores of a bucket come highest first, and none where nothing was scored", async () => {
  const { lane } = await fetched(TRACK);
  assert.deepEqual(rankedAt(lane, 3), [
    ["sad", 0.5],
    ["happy", 0.4],
  ]);
  assert.deepEqual(rankedAt(lane, 2), []);
});
