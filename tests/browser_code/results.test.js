import assert from "node:assert/strict";
import { test } from "node:test";
import { inkOn } from "../../webplatform/static/js/paint.js";
import { asCount, asPercent, asPoints, rangeOf } from "../../webplatform/static/js/results/chart.js";
import { faded, groupDash } from "../../webplatform/static/js/results/lines.js";

test("no two of 36 groups share both colour and dash, and neighbours share neither", () => {
  const looks = Array.from({ length: 36 }, (_none, place) => `${place % 6} ${groupDash(place)}`);
  assert.equal(new Set(looks).size, 36);
  for (let place = 1; place < 36; place += 1) assert.notDeepEqual(groupDash(place), groupDash(place - 1));
});

test("a faded colour keeps its red, green and blue", () => {
  assert.equal(faded("#ff8000", 0.16), "rgb(255 128 0 / 0.16)");
});

test("an axis of scores begins at nothing and ends at the ten percent above every value", () => {
  assert.deepEqual(rangeOf([[0.31, null], undefined, [0.2]], false), [0, 0.4]);
  assert.deepEqual(rangeOf([[], [null]], false), [0, 0.1]);
});

test("an axis of changes reaches below nothing as far as the values do", () => {
  assert.deepEqual(rangeOf([[-0.21, 0.05]], true), [-0.3, 0.1]);
  assert.deepEqual(rangeOf([[-0.21, 0.05]], false), [0, 0.1]);
});

test("values are told as percent, points with their sign, and whole counts", () => {
  assert.deepEqual([asPercent(0.314), asPoints(0.314), asPoints(-0.05), asPoints(0)], ["31 %", "+31", "-5", "0"]);
  assert.deepEqual([asCount(3), asCount(2.5)], ["3", ""]);
});

test("ink is dark on light colours and light on dark ones, short or long", () => {
  assert.deepEqual(["#fff", "#ffffff", "#ffd400", "#000", "#1d3557"].map(inkOn), [
    ...Array(3).fill("#10151b"),
    ...Array(2).fill("#ffffff"),
  ]);
});
