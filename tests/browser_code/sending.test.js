import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Exchange } from "./exchange.js";

const { halfUploads, refusalOf, sendFile } = await import("../../webplatform/static/js/analysis/sending.js");

const LIMITS = { maxBytes: 2048, extensions: [".mp4", ".mkv"] };
const JOB = { id: "j1", status: "queued" };
const UPLOAD = "/api/v1/uploads/u1/";
const FILE = new File(["twelve bytes"], "film.mp4", { lastModified: 1 });
let jobAnswer;
let lost = 0;

const refusal = (file) => refusalOf({ name: "film.mp4", type: "video/mp4", size: 100, ...file }, LIMITS);
const send = (how) => sendFile(FILE, { again: false, onProgress: () => {}, onLost: () => (lost += 1), ...how });
const methods = () => Exchange.requests.map(({ method }) => method);

/** Let requests and what hangs on them come to an end, and this much time pass. */
async function pass(durationMs = 0) {
  for (let turns = 0; turns < 60; turns += 1) await Promise.resolve();
  mock.timers.tick(durationMs);
  for (let turns = 0; turns < 60; turns += 1) await Promise.resolve();
}

/** A server that takes uploads; `change` answers a request otherwise, where it answers at all. */
function serve(change = () => undefined) {
  Exchange.answer = (request) => {
    const changed = change(request);
    if (changed !== undefined) return changed;
    if (request.method === "POST") return { status: 201, headers: { Location: UPLOAD } };
    if (request.method === "HEAD") return { status: 200, headers: { "Upload-Offset": "4", "Upload-Length": "12" } };
    if (request.method === "DELETE") return { status: 204 };
    return { status: 204, headers: { "Upload-Offset": "12", "Raut-Job": "j1" } };
  };
}

beforeEach(() => {
  Exchange.requests = [];
  localStorage.kept.clear();
  lost = 0;
  jobAnswer = () => Response.json(JOB);
  globalThis.fetch = async () => jobAnswer();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  serve();
});

test("a video of a known kind and size may be sent", () => {
  assert.deepEqual([refusal({}), refusal({ name: "FILM.MKV", type: "" }), refusal({ size: 2048 })], ["", "", ""]);
});

test("what the browser knows to be no video is refused before it is sent, by its ending and its kind", () => {
  assert.equal(
    refusal({ name: "notes.txt", type: "text/plain" }),
    "This is not a video that Raut reads. It reads .mp4, .mkv.",
  );
  assert.equal(refusal({ name: "film.xyz", type: "video/xyz" }), "");
  assert.equal(refusal({ name: "film", type: "" }), ""); // the server looks at the content
});

test("an empty file and one above the limit are refused, with what it has", () => {
  assert.equal(refusal({ size: 0 }), "This file is empty.");
  assert.equal(refusal({ size: 2049 }), "This file has 2 kB. The limit is 2 kB.");
});

test("a file is sent with whom it shows, and its job is the answer", async () => {
  const { answer } = send({ again: true, place: { participant: "p1" } });
  assert.deepEqual(await answer, JOB);
  assert.deepEqual(methods(), ["POST", "PATCH"]);
  assert.deepEqual(new Set(Exchange.requests.map(({ headers }) => headers["X-CSRFToken"])), new Set(["csrf-token"]));
  const told = Exchange.requests[0].headers["Upload-Metadata"].split(",").map((pair) => pair.split(" "));
  const read = told.map(([name, value]) => [name, Buffer.from(value, "base64").toString()]);
  assert.deepEqual(Object.fromEntries(read), { filename: "film.mp4", participant: "p1", again: "true" });
});

test("a refusal of the server is handed on with its words, and not tried again", async () => {
  const body = JSON.stringify({ code: "too_large", message: "Too large.", details: { limit: "2 GB" } });
  serve(({ method }) => (method === "POST" ? { status: 413, body } : undefined));
  const { answer } = send();
  await assert.rejects(answer, { status: 413, code: "too_large", message: "Too large.", details: { limit: "2 GB" } });
  await pass(60_000);
  assert.deepEqual([methods(), lost], [["POST"], 0]);
});

test("a refusal that no words come with is still told by its status", async () => {
  serve(({ method }) => (method === "POST" ? { status: 413, body: "<html>" } : undefined));
  await assert.rejects(send().answer, { status: 413, code: "", message: "" });
});

test("what breaks on the way goes on from where the server has it", async () => {
  let breaks = 2;
  serve(({ method }) => (method === "PATCH" && breaks-- > 0 ? null : undefined));
  const { answer } = send();
  for (let seconds = 0; seconds < 3; seconds += 1) await pass(1000);
  assert.deepEqual(await answer, JOB);
  assert.deepEqual(methods(), ["POST", "PATCH", "HEAD", "PATCH", "HEAD", "PATCH"]);
  assert.deepEqual([Exchange.requests.at(-1).body.size, lost], [8, 2]);
});

test("a busy server is asked again, and a full disk is not", async () => {
  const statuses = [409, 423, 429, 500, 503, 507, 404];
  const tries = [];
  for (const status of statuses) {
    Exchange.requests = [];
    serve(({ method }) => (method === "POST" ? { status } : undefined));
    const { answer, abort } = send();
    answer.catch(() => {});
    for (let turns = 0; turns < 3; turns += 1) await pass(500);
    tries.push(methods().length > 1);
    abort();
  }
  assert.deepEqual(tries, [true, true, true, true, true, false, false]);
});

test("a file that is sent while its job cannot be asked for is told as a lost connection", async () => {
  jobAnswer = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(send().answer, { name: "Error", status: 0, code: "lost" });
});

test("a stopped upload is told as stopped, and taken away from the server", async () => {
  serve(({ method }) => (method === "PATCH" ? null : undefined));
  const { answer, abort } = send();
  await pass();
  abort();
  await assert.rejects(answer, { status: 0, code: "stopped" });
  await pass(60_000);
  const { method, url } = Exchange.requests.at(-1);
  assert.deepEqual([method, url], ["DELETE", UPLOAD]);
});

test("uploads that this browser began are offered while the server has a part of them, and forgotten after", async () => {
  const begun = (id) => JSON.stringify({ size: 12, metadata: {}, uploadUrl: `https://raut.example/uploads/${id}/` });
  localStorage.setItem("tus::a::1", begun("u1"));
  localStorage.setItem("tus::b::2", begun("u2"));
  localStorage.setItem("tus::c::3", begun("u3"));
  localStorage.setItem("another", "one");
  const known = [
    { id: "u1", name: "film.mp4", state: "receiving", offset: 4, size: 12 },
    { id: "u2", name: "whole.mp4", state: "done", offset: 12, size: 12 },
  ];
  const pages = [
    { results: known.slice(0, 1), next: "https://raut.example/api/v1/uploads/?page_size=1000&cursor=b" },
    { results: known.slice(1), next: null },
  ];
  jobAnswer = () => Response.json(pages.shift());
  const half = await halfUploads();
  assert.deepEqual(
    half.map(({ id, offset }) => [id, offset]),
    [["u1", 4]],
  );
  assert.deepEqual([...localStorage.kept.keys()], ["tus::a::1", "another"]);
  await half[0].forget();
  assert.deepEqual([...localStorage.kept.keys()], ["another"]);
});
