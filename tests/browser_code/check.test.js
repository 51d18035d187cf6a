import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SelfCheck } from "../../webplatform/static/js/live/check.js";

const TYPES = readFileSync(new URL("../../inference/types.py", import.meta.url), "utf8");
const [ENUM] = TYPES.match(/class Reason\(StrEnum\):.*?\n\n\n/s);
const REASONS = [...ENUM.matchAll(/ = "(\w+)"/g)].map(([, reason]) => reason);

globalThis.HTMLElement = class {
  dataset = {};
};

/** What the page's list shows once the server has answered that it saw faces with these reasons. */
function shown(...reasons) {
  const rows = {};
  for (const name of ["face", "light", "size"]) {
    const row = Object.assign(new HTMLElement(), { word: new HTMLElement() });
    row.querySelector = () => row.word;
    rows[name] = row;
  }
  const list = { querySelector: (selector) => rows[/"(\w+)"/.exec(selector)[1]] };
  const check = new SelfCheck(null, list, () => "/check/", { covered: "covered by something" });
  check.show({ faces: reasons.map((reason) => ({ reason })) });
  for (const row of Object.values(rows)) {
    assert.equal(row.dataset.state, /good|found/.test(row.word.textContent) ? "good" : "bad");
  }
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.word.textContent]));
}

test("each reason why a face is not read is told, and none of them is called good", () => {
  assert.ok(REASONS.includes("too_small"));
  for (const reason of REASONS.filter((one) => one !== "low_confidence")) {
    const { light, size } = shown(reason);
    const told = [light, size].filter((word) => word !== "good");
    assert.equal(told.length, 1, reason);
    assert.notEqual(told[0], reason, `${reason} has no words of its own`);
  }
});

test("a reason without advice is told in the server's word, and in its name where the server has none", () => {
  assert.equal(shown("covered").size, "covered by something");
  assert.equal(shown("upside_down").size, "upside_down");
});

test("a face that is read is good, whether the model is sure of it or not", () => {
  for (const reason of [null, "low_confidence"]) {
    assert.deepEqual(shown(reason), { face: "1 face found", light: "good", size: "good" });
  }
});

test("one face that is read is enough, whatever is wrong with others", () => {
  assert.deepEqual(shown("too_dark", null, "too_small"), { face: "3 faces found", light: "good", size: "good" });
});
