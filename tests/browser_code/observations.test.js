import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { ObservationStore } from "../../webplatform/static/js/dashboard/observations.js";

const SESSION = { id: "s1", stepMs: 200, durationMs: 600_000 };
const face = (track, tMs, x, width = 640) => ({ track, t_ms: tMs, box: [x, 10, 50, 60], frame_width: width });
let asked = [];
let pages = [];

const settle = async () => {
  for (let turns = 0; turns < 40; turns += 1) await Promise.resolve();
};

/** A store that has the window from 0 to 15 s, with these rows. */
async function stored(...rows) {
  const store = new ObservationStore(SESSION);
  pages = [{ results: rows, next: null }];
  assert.deepEqual(store.at(1000), []);
  await settle();
  return store;
}

beforeEach(() => {
  asked = [];
  pages = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async (address) => {
    asked.push(address);
    const page = pages.shift() ?? { results: [], next: null };
    return page === "broken" ? new Response("", { status: 503 }) : Response.json(page);
  };
});

test("a window is asked for once, with a little of what is around it, and page by page", async () => {
  const store = new ObservationStore(SESSION);
  const next = "http://another-host/api/v1/sessions/s1/observations/?cursor=2";
  pages = [
    { results: [face(1, 16_000, 100)], next },
    { results: [face(1, 16_200, 110)], next: null },
  ];
  let loaded = 0;
  store.addEventListener("loaded", () => (loaded += 1));
  assert.deepEqual([store.at(16_000), store.at(16_000)], [[], []]);
  await settle();
  const path = "/api/v1/sessions/s1/observations/";
  assert.deepEqual(asked, [`${path}?from_ms=14600&to_ms=30400&page_size=5000`, `${path}?cursor=2`]);
  assert.equal(loaded, 1);
  assert.deepEqual(
    store.at(16_100).map(({ box }) => box),
    [[105, 10, 50, 60]],
  );
});

test("the next window is asked for in the second half of the one in view, and none beyond the end", async () => {
  const store = new ObservationStore({ ...SESSION, durationMs: 20_000 });
  store.at(7400);
  await settle();
  assert.equal(asked.length, 1);
  store.at(7600);
  await settle();
  assert.equal(asked.length, 2);
  store.at(19_000);
  await settle();
  assert.equal(asked.length, 2);
});

test("boxes move on evenly between two readings", async () => {
  const store = await stored(face(1, 1000, 100), face(1, 1200, 140), face(2, 1000, 300));
  const at = (tMs) => store.at(tMs).map(({ track, box: [x] }) => `${track} at ${x}`);
  assert.deepEqual(at(1000), ["1 at 100", "2 at 300"]);
  assert.deepEqual(at(1050), ["1 at 110", "2 at 300"]);
  assert.deepEqual(at(1200), ["1 at 140", "2 at 300"]);
});

test("a box stays for a sample and a half and then goes, and is not moved across a gap or a changed picture", async () => {
  const store = await stored(face(1, 1000, 100), face(1, 3000, 900), face(1, 3200, 90, 320));
  const places = [999, 1300, 1301, 2999, 3100].map((tMs) => store.at(tMs).map(({ box: [x] }) => x));
  assert.deepEqual(places, [[], [100], [], [], [900]]);
});

test("a window that does not come is told of and asked for again, later each time", async () => {
  const store = new ObservationStore(SESSION);
  const told = [];
  for (const name of ["loaded", "failed", "again"]) store.addEventListener(name, () => told.push(name));
  pages = ["broken", "broken"];
  for (const waitMs of [2000, 4000]) {
    store.at(0);
    await settle();
    const before = told.length;
    mock.timers.tick(waitMs - 1);
    assert.equal(told.length, before);
    mock.timers.tick(1);
  }
  store.at(0);
  await settle();
  assert.deepEqual(told, ["failed", "again", "failed", "again", "loaded"]);
});

test("eight windows are kept, those that were looked at last", async () => {
  const store = new ObservationStore(SESSION);
  for (let number = 0; number < 8; number += 1) {
    store.at(number * 15_000);
    await settle();
  }
  store.at(0);
  store.at(8 * 15_000);
  await settle();
  assert.equal(asked.length, 9);
  store.at(0);
  await settle();
  assert.equal(asked.length, 9);
  store.at(15_000);
  await settle();
  assert.equal(asked.length, 10);
});
