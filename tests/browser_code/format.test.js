import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, formatBytes, formatClock, formatNumber, formatProgress } from "../../webplatform/static/js/format.js";

const RUNNING = { status: "running", progress: 0.429, faces_found: 0, seconds_left: null };
const told = (job) => formatProgress({ ...RUNNING, ...job });

test("names in braces are filled in, and what is not known stays as it is", () => {
  assert.equal(fill("{title}: {done} of {all}, {more}", { title: "{all}", done: 0, all: 2 }), "{all}: 0 of 2, {more}");
});

test("clocks round to whole seconds and carry", () => {
  const clocks = [0, 499, 500, 59_499, 59_500, 83_000, 3_599_500, 36_000_000].map(formatClock);
  assert.deepEqual(clocks, ["0:00", "0:00", "0:01", "0:59", "1:00", "1:23", "1:00:00", "10:00:00"]);
});

test("sizes are told in powers of 1024, with one digit more while they are small", () => {
  const sizes = [0, 1023, 1024, 1536, 15_974, 1024 ** 2 - 1, 2.5 * 1024 ** 3, 5 * 1024 ** 5].map(formatBytes);
  assert.deepEqual(sizes, ["0 B", "1,023 B", "1 kB", "1.5 kB", "16 kB", "1,024 kB", "2.5 GB", "5,120 TB"]);
});

test("numbers are written as the page's language writes them", () => {
  document.documentElement.lang = "id";
  const written = formatNumber(1234.56, 1);
  document.documentElement.lang = "en";
  assert.deepEqual([written, formatNumber(1234.56, 1)], ["1.234,6", "1,234.6"]);
});

test("progress says how far, how many faces and how long still, as far as that is known", () => {
  assert.equal(told({}), "42 %");
  assert.equal(told({ faces_found: 1, seconds_left: 0.2 }), "42 % · 1 face · about 1 s left");
  assert.equal(told({ faces_found: 1200, seconds_left: 89.4 }), "42 % · 1,200 faces · about 89 s left");
  assert.equal(told({ seconds_left: 89.6 }), "42 % · about 2 min left");
  assert.equal(told({ progress: 0.999 }), "99 %");
});

test("a job that waits tells its place from the second one on", () => {
  const waiting = { status: "queued", starts_in_s: 61 };
  assert.equal(told({ ...waiting, queue_place: 1 }), "waiting for its turn");
  assert.equal(told({ ...waiting, queue_place: null, starts_in_s: null }), "waiting for its turn");
  assert.equal(told({ ...waiting, queue_place: 2 }), "waiting for its turn: number 2, starts in about 2 min");
});

test("a job that is over says so, in the server's word where the page has none", () => {
  assert.deepEqual([told({ status: "done" }), told({ status: "archived" })], ["done", "archived"]);
});
