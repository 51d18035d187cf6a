import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Link } from "../../webplatform/static/js/live/link.js";
import { Connection } from "./connection.js";

const READY = { type: "ready", token: "signed", resume_within_s: 30, max_in_flight: 3 };
const JPEG = new Blob([new Uint8Array([255, 216, 255])]);
let nowMs = 0;

/** Let this much time pass in steps, with what was promised in between. */
async function pass(durationMs, stepMs = 20) {
  for (let passed = 0; passed < durationMs; passed += stepMs) {
    nowMs += stepMs;
    mock.timers.tick(stepMs);
    await Promise.resolve();
  }
}

function started(maxInFlight) {
  const link = new Link("/ws/live/", maxInFlight);
  const told = [];
  for (const name of ["ready", "result", "marker", "refused", "ended", "lost", "closed"]) {
    link.on(name, (detail) => told.push([name, detail]));
  }
  link.start({ title: "A session" });
  return { link, told, names: () => told.map(([name]) => name) };
}

function running(maxInFlight) {
  const begun = started(maxInFlight);
  Connection.last.accept();
  Connection.last.say(READY);
  begun.told.length = 0;
  return begun;
}

const send = (link) => link.sendFrame(JPEG, 1234.4, performance.now());
const texts = (connection, type) => connection.sent.filter((message) => message.type === type);

beforeEach(() => {
  nowMs = 0;
  Connection.all = [];
  globalThis.WebSocket = Connection;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  mock.restoreAll();
  mock.method(performance, "now", () => nowMs);
});

test("a session is asked for as soon as the connection is there, and no frame may be sent before it is ready", () => {
  const { link, names } = started();
  assert.equal(Connection.last.address, "wss://raut.example/ws/live/");
  assert.equal(link.mayBeSent, false);
  Connection.last.accept();
  assert.deepEqual(Connection.last.sent, [{ type: "start", version: 1, title: "A session" }]);
  assert.equal(link.mayBeSent, false);
  Connection.last.say(READY);
  assert.deepEqual([names(), link.mayBeSent], [["ready"], true]);
});

test("a frame is twelve bytes of header and the picture, and the next one waits for its answer", async () => {
  const { link, told } = running();
  assert.equal(await send(link), 0);
  const bytes = Connection.last.sent.at(-1);
  assert.deepEqual([...bytes], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 210, 255, 216, 255]);
  assert.equal(link.mayBeSent, false);
  await pass(40);
  Connection.last.say({ type: "result", seq: 0, t_ms: 1234, faces: [] });
  assert.equal(told.at(-1)[1].latencyMs, 40);
  assert.equal(link.mayBeSent, true);
  assert.equal(await send(link), 1);
});

test("as many frames travel at once as both sides allow", async () => {
  const { link } = running(5);
  for (const seq of [0, 1, 2]) assert.equal(await send(link), seq);
  assert.equal(link.mayBeSent, false);
});

test("a lost connection is resumed with the token, and frames count from nought again", async () => {
  const { link, told, names } = running();
  await send(link);
  Connection.last.end(1006);
  assert.deepEqual(told, [["lost", { forMs: 0 }]]);
  assert.equal(link.mayBeSent, false);
  await pass(280);
  assert.equal(Connection.all.length, 1);
  await pass(20);
  assert.equal(Connection.all.length, 2);
  Connection.last.accept();
  assert.deepEqual(Connection.last.sent, [{ type: "resume", version: 1, token: "signed" }]);
  Connection.last.say({ ...READY, token: "signed anew" });
  assert.deepEqual([names(), link.state, link.mayBeSent], [["lost", "ready"], "open", true]);
  assert.equal(await send(link), 0);
  Connection.last.say({ type: "result", seq: 0, t_ms: 0, faces: [] });
  await pass(31_000, 500);
  Connection.last.end(1006); // another loss, with a time of its own
  assert.deepEqual(told.at(-1), ["lost", { forMs: 0 }]);
  await pass(300);
  Connection.last.accept();
  assert.equal(Connection.last.sent[0].token, "signed anew");
});

test("tries come later and later, at most four seconds apart, and start early again after the next loss", async () => {
  const { told } = running();
  const waits = [];
  Connection.last.end(1006);
  for (let tries = 0; tries < 6; tries += 1) {
    const [before, from] = [Connection.all.length, nowMs];
    while (Connection.all.length === before) await pass(20);
    waits.push(nowMs - from);
    if (tries < 5) Connection.last.end(1006);
  }
  assert.deepEqual(waits, [300, 600, 1200, 2400, 4000, 4000]);
  assert.equal(told.at(-1)[1].forMs, 8500);
  Connection.last.accept();
  Connection.last.say(READY);
  Connection.last.end(1006);
  const before = Connection.all.length;
  await pass(300);
  assert.equal(Connection.all.length, before + 1);
});

test("after the time in which a session can be resumed it is given up, once", async () => {
  const { link, told, names } = running();
  Connection.last.end(1006);
  while (link.state === "lost") {
    await pass(20);
    if (Connection.last.readyState === Connection.CONNECTING) Connection.last.end(1006);
  }
  assert.ok(nowMs >= 30_000 && nowMs <= 34_000, `given up after ${nowMs} ms`);
  assert.deepEqual(told.at(-1), ["closed", { code: 1006, message: "" }]);
  const tries = Connection.all.length;
  await pass(60_000, 500);
  assert.equal(Connection.all.length, tries);
  assert.equal(names().filter((name) => name === "closed").length, 1);
});

test("what the server closes on purpose is not resumed, and its words are handed on", async () => {
  for (const code of [4410, 4409, 1011, 1006]) {
    const { link, told } = running();
    Connection.last.say({ type: "closing", code, message: "The consent was withdrawn." });
    Connection.last.end(code);
    assert.deepEqual(told, [["closed", { code, message: "The consent was withdrawn." }]]);
    assert.equal(link.state, "closed");
  }
  const connections = Connection.all.length;
  await pass(10_000, 100);
  assert.equal(Connection.all.length, connections);
});

test("codes that say that the network or the server went away are resumed, others are not", () => {
  const resumed = [1000, 1001, 1002, 1005, 1006, 1011, 1012, 1013, 4401, 4404, 4429].filter((code) => {
    const { link } = running();
    Connection.last.end(code);
    return link.state === "lost";
  });
  assert.deepEqual(resumed, [1001, 1005, 1006, 1012, 1013]);
});

test("a handshake that is refused is tried four times, and the last one asks for the reason", async () => {
  const { link, told } = started();
  for (let tries = 0; tries < 4; tries += 1) {
    assert.deepEqual(told, []);
    Connection.last.end(1006);
    await pass(300);
  }
  const addresses = Connection.all.map(({ address }) => address.replace("wss://raut.example", ""));
  assert.deepEqual(addresses, ["/ws/live/", "/ws/live/", "/ws/live/", "/ws/live/?explain=1"]);
  assert.deepEqual([told, link.state], [[["closed", { code: 1006, message: "" }]], "closed"]);
});

test("a session that could not begin is not begun again, but where the server sends it elsewhere", async () => {
  const { told } = started();
  Connection.last.accept();
  Connection.last.end(1012);
  await pass(300);
  Connection.last.accept();
  assert.deepEqual(Connection.last.sent, [{ type: "start", version: 1, title: "A session" }]);
  Connection.last.end(1006);
  await pass(10_000, 100);
  assert.deepEqual([Connection.all.length, told], [2, [["closed", { code: 1006, message: "" }]]]);
});

test("whoever is sent elsewhere comes back within a fifth of a second, and later where that fails", async () => {
  mock.method(Math, "random", () => 0.5);
  running();
  Connection.last.end(1012);
  await pass(100);
  assert.equal(Connection.all.length, 2);
  Connection.last.end(1012);
  await pass(580);
  assert.equal(Connection.all.length, 2);
  await pass(20);
  assert.equal(Connection.all.length, 3);
});

test("stopping sends no more frames, waits for the answers in flight and then says so", async () => {
  const { link, names } = running();
  await send(link);
  link.stop();
  assert.equal(link.mayBeSent, false);
  await pass(200);
  assert.deepEqual(texts(Connection.last, "stop"), []);
  Connection.last.say({ type: "result", seq: 0, t_ms: 1234, faces: [] });
  await pass(40);
  assert.deepEqual(texts(Connection.last, "latency"), [{ type: "latency", round_trip_ms: [200], sent: 1 }]);
  assert.equal(texts(Connection.last, "stop").length, 1);
  Connection.last.say({ type: "ended", session: "s", url: "/sessions/s/" });
  Connection.last.end(1000);
  assert.deepEqual(names(), ["result", "ended", "closed"]);
});

test("stopping waits a second for answers and no longer, and fifteen for the end", async () => {
  const { link, told } = running();
  await send(link);
  link.stop();
  link.stop();
  await pass(1040);
  assert.equal(texts(Connection.last, "stop").length, 1);
  await pass(14_900, 100);
  assert.equal(link.state, "stopping");
  await pass(200, 100);
  assert.deepEqual(told, [["closed", { code: 1006, message: "" }]]);
  assert.equal(Connection.last.readyState, Connection.CLOSING);
});

test("stopping while the connection is lost gives the session up at once", async () => {
  const { link, names } = running();
  Connection.last.end(1006);
  await pass(300);
  const trying = Connection.last;
  link.stop();
  assert.deepEqual([names(), trying.readyState], [["lost", "closed"], Connection.CLOSING]);
  trying.accept();
  trying.say(READY);
  trying.end(1006);
  await pass(10_000, 100);
  assert.deepEqual([names(), Connection.all.length], [["lost", "closed"], 2]);
});

test("a loss while stopping ends the session and opens no connection again", async () => {
  const { link, names } = running();
  await send(link);
  link.stop();
  Connection.last.end(1006);
  await pass(20_000, 100);
  assert.deepEqual([names(), Connection.all.length], [["closed"], 1]);
});

test("a connection on which an answer never comes is dead: it is given up and resumed", async () => {
  const { link } = running();
  for (let frames = 0; frames < 3; frames += 1) {
    const seq = await send(link);
    await pass(100);
    Connection.last.say({ type: "result", seq, t_ms: 0, faces: [] });
  }
  await send(link); // nobody hears it, and nothing says that the network is gone
  await pass(7900, 100);
  assert.equal(link.state, "open");
  await pass(3200, 100);
  assert.deepEqual([link.state, Connection.all.length], ["lost", 2]);
  Connection.last.accept();
  Connection.last.say(READY);
  assert.equal(link.mayBeSent, true);
});

test("what an abandoned connection still says is not heard", async () => {
  const { link, told } = running();
  const first = Connection.last;
  link.drop();
  assert.deepEqual([link.state, first.readyState], ["lost", Connection.CLOSING]);
  first.say({ type: "result", seq: 0, t_ms: 0, faces: [] });
  first.end(1006);
  assert.deepEqual(told, [["lost", { forMs: 0 }]]);
  link.drop();
  await pass(300);
  assert.equal(Connection.all.length, 2);
});

test("round trips are told every three seconds, where there are any", async () => {
  const { link } = running();
  await pass(3000);
  assert.deepEqual(texts(Connection.last, "latency"), []);
  const seq = await send(link);
  await pass(60);
  Connection.last.say({ type: "result", seq, t_ms: 0, faces: [] });
  await pass(3000);
  assert.deepEqual(texts(Connection.last, "latency"), [{ type: "latency", round_trip_ms: [60], sent: 1 }]);
});

test("an error of the server is told as refused, and the session goes on", () => {
  const { link, told } = running();
  Connection.last.say({ type: "error", code: "invalid", message: "No such condition." });
  assert.deepEqual(told, [["refused", { type: "error", code: "invalid", message: "No such condition." }]]);
  assert.equal(link.state, "open");
});
