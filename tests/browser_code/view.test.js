import assert from "node:assert/strict";
import { test } from "node:test";
import { View } from "../../webplatform/static/js/dashboard/view.js";

/** A view of 100 s in which a second at least is shown, and how often it told of a change. */
function minutes() {
  const view = new View({ durationMs: 100_000, leastMs: 1000 });
  const heard = { range: 0, look: 0 };
  for (const name of Object.keys(heard)) view.addEventListener(name, () => (heard[name] += 1));
  return { view, heard, shown: () => [view.fromMs, view.toMs] };
}

test("a view begins with the whole session", () => {
  const { view, shown } = minutes();
  assert.deepEqual([shown(), view.isWhole, view.spanMs], [[0, 100_000], true, 100_000]);
});

test("a part is shown as it is asked for, and told of once", () => {
  const { view, heard, shown } = minutes();
  view.show(20_000, 30_000);
  view.show(20_000, 30_000);
  assert.deepEqual([shown(), heard.range, view.isWhole], [[20_000, 30_000], 1, false]);
});

test("a part shorter than the least span is widened around its middle, and pushed in at the ends", () => {
  const { view, shown } = minutes();
  view.show(50_000, 50_200);
  assert.deepEqual(shown(), [49_600, 50_600]);
  view.show(0, 10);
  assert.deepEqual(shown(), [0, 1000]);
  view.show(99_990, 100_000);
  assert.deepEqual(shown(), [99_000, 100_000]);
  view.show(-50_000, 500_000);
  assert.deepEqual(shown(), [0, 100_000]);
});

test("a session shorter than the least span is shown whole", () => {
  const view = new View({ durationMs: 400, leastMs: 1000 });
  view.zoom(0.5, 200);
  assert.deepEqual([view.fromMs, view.toMs, view.isWhole], [0, 400, true]);
});

test("zooming keeps the playhead in the middle where it is in view, else the middle of the view", () => {
  const { view, shown } = minutes();
  view.show(20_000, 40_000);
  view.zoom(0.5, 24_000);
  assert.deepEqual(shown(), [19_000, 29_000]);
  view.zoom(0.5, 90_000);
  assert.deepEqual(shown(), [21_500, 26_500]);
  view.zoom(2, 90_000);
  assert.deepEqual(shown(), [19_000, 29_000]);
});

test("moving keeps the span at both ends", () => {
  const { view, shown } = minutes();
  view.show(10_000, 30_000);
  view.move(0.5);
  assert.deepEqual(shown(), [20_000, 40_000]);
  view.move(-5);
  assert.deepEqual(shown(), [0, 20_000]);
  view.move(50);
  assert.deepEqual(shown(), [80_000, 100_000]);
});

test("playback that leaves the view at its end turns the page, and a jump beyond it does so once", () => {
  const { view, shown } = minutes();
  view.show(0, 10_000);
  view.follow(9_990);
  assert.deepEqual(shown(), [0, 10_000]);
  view.follow(10_010);
  assert.deepEqual(shown(), [9000, 19_000]);
  view.follow(95_000); // the reader jumped
  assert.deepEqual(shown(), [18_000, 28_000]);
  view.follow(95_040);
  assert.deepEqual(shown(), [18_000, 28_000]);
});

test("looking back while something else is in view leaves the view alone", () => {
  const { view, heard, shown } = minutes();
  view.show(50_000, 60_000);
  view.follow(70_000);
  view.follow(10_000);
  assert.deepEqual([shown(), heard.range], [[50_000, 60_000], 1]);
});

test("a stretch in view changes nothing, another one is brought into view with some room around it", () => {
  const { view, heard, shown } = minutes();
  view.show(0, 10_000);
  view.reveal(2000, 4000);
  assert.equal(heard.range, 1);
  view.reveal(50_000, 52_000);
  assert.deepEqual(shown(), [46_000, 56_000]);
  view.reveal(60_000, 80_000);
  assert.deepEqual(shown(), [55_000, 85_000]);
});

test("expressions are hidden and shown again, but never the last one", () => {
  const { view, heard } = minutes();
  for (const emotion of ["happy", "sad", "fear"]) view.toggle(emotion, 3);
  assert.deepEqual([...view.hidden], ["happy", "sad"]);
  view.toggle("happy", 3);
  assert.deepEqual([...view.hidden], ["sad"]);
  assert.equal(heard.look, 4);
});
