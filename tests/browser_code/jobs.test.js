import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { isStale, watchJobs } from "../../webplatform/static/js/analysis/jobs.js";
import { Connection } from "./connection.js";

const JOB = { id: "a", status: "running", progress: 0.5, attempts: 1, queued_at: "2026-11-27T10:00:00Z" };
const known = (change) => ({ ...JOB, ...change });
let answers = {};
let asked = [];

/** Let a request and what hangs on it come to an end. */
const settle = async () => {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
};

function watching(waitingFor = ["a"]) {
  const heard = { jobs: [], gone: [], link: [] };
  const watch = watchJobs({
    onJob: (job) => heard.jobs.push(`${job.id} ${job.status} ${job.progress}`),
    waitingFor: () => waitingFor,
    onGone: (id) => heard.gone.push(id),
    onLink: (isUp) => heard.link.push(isUp),
  });
  return { ...watch, heard };
}

function snapshot(...jobs) {
  Connection.last.accept();
  Connection.last.say({ type: "snapshot", jobs });
}

beforeEach(() => {
  Connection.all = [];
  answers = {};
  asked = [];
  globalThis.WebSocket = Connection;
  globalThis.addEventListener = () => {};
  globalThis.removeEventListener = () => {};
  globalThis.fetch = async (address) => {
    asked.push(address);
    const id = address.split("/").at(-2);
    return answers[id] ? Response.json(answers[id]) : Response.json({ code: "not_found" }, { status: 404 });
  };
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.restoreAll();
  mock.method(Math, "random", () => 0.5);
});

test("an answer that was overtaken by a later message is stale", () => {
  const cases = [
    [{}, undefined, false],
    [{}, {}, false],
    [{ progress: 0.4 }, {}, true],
    [{ progress: 0.6 }, {}, false],
    [{ status: "queued", progress: 1 }, {}, true],
    [{ status: "done" }, {}, false],
    [{}, { status: "done" }, true],
    [{ status: "cancelled" }, { status: "done" }, true], // an end does not change any more
    [{ status: "queued", progress: 0, attempts: 2 }, { status: "done" }, false],
    [{ status: "done" }, { status: "queued", attempts: 2 }, true],
    [{ status: "queued", progress: 0, queued_at: "2026-11-27T10:05:00Z" }, { status: "failed" }, false],
    [{ status: "failed" }, { status: "queued", queued_at: "2026-11-27T10:05:00Z" }, true],
  ];
  for (const [job, before, wanted] of cases) {
    assert.equal(isStale(known(job), before && known(before)), wanted, JSON.stringify([job, before]));
  }
});

test("the snapshot and every message after it are told, what is older is not", () => {
  const { heard } = watching();
  snapshot(JOB);
  Connection.last.say({ type: "job", job: known({ progress: 0.3 }) });
  Connection.last.say({ type: "job", job: known({ progress: 0.7 }) });
  assert.deepEqual(heard, { jobs: ["a running 0.5", "a running 0.7"], gone: [], link: [true] });
});

test("a job that the snapshot lacks is asked for by itself, and told as gone where there is none", async () => {
  answers = { a: known({ status: "done", progress: 1 }) };
  const { heard } = watching(["a", "b"]);
  snapshot();
  await settle();
  assert.deepEqual(asked, ["/api/v1/analyses/a/", "/api/v1/analyses/b/"]);
  assert.deepEqual([heard.jobs, heard.gone], [["a done 1"], ["b"]]);
});

test("without a connection jobs are asked for every four seconds, and the connection is tried again", async () => {
  const { heard } = watching();
  answers = { a: JOB };
  snapshot(JOB);
  Connection.last.end(1006);
  assert.deepEqual(heard.link, [true, false]);
  mock.timers.tick(1000);
  assert.equal(Connection.all.length, 2);
  answers = { a: known({ progress: 0.8 }) };
  mock.timers.tick(1000);
  await settle();
  assert.deepEqual(heard.jobs, ["a running 0.5", "a running 0.8"]);
  mock.timers.tick(4000);
  await settle();
  assert.equal(asked.length, 2);
  snapshot(known({ progress: 0.9 }));
  mock.timers.tick(20_000);
  await settle();
  assert.deepEqual([asked.length, heard.link, heard.jobs.at(-1)], [2, [true, false, true], "a running 0.9"]);
});

test("tries to connect come later and later, half a minute apart at most", () => {
  watching([]);
  const waits = [];
  for (let tries = 0; tries < 7; tries += 1) {
    const before = Connection.all.length;
    Connection.last.end(1006);
    let waitMs = 0;
    for (; Connection.all.length === before; waitMs += 500) mock.timers.tick(500);
    waits.push(waitMs);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("nothing is told or tried any more once the watch is closed", async () => {
  const { heard, close } = watching();
  snapshot(JOB);
  close();
  Connection.last.say({ type: "job", job: known({ progress: 0.7 }) });
  Connection.last.end(1000);
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual([heard.jobs, heard.link, Connection.all.length], [["a running 0.5"], [true], 1]);
});
