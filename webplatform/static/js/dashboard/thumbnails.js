// Small pictures of the people, cut from the video by the browser: nothing of them is stored anywhere.

import { request } from "../api.js";
import { findAll, penOf } from "../dom.js";

const LOOK_MS = 2000;
const ROOM = 0.25; // of the box, around it

/**
 * Draw every person's picture, one after the other; where the video cannot be shown there is none.
 * @param {SessionData} data
 */
export async function drawThumbnails(data) {
  const canvases = findAll(document, "[data-thumbnail]", HTMLCanvasElement);
  if (!data.media || canvases.length === 0) return;
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  video.src = data.media.url;
  try {
    await once(video, "loadeddata");
    for (const canvas of canvases) await drawOne(canvas, video, data.id);
  } catch {
    // A video that does not play here gives no pictures; the page says so beside the player.
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLVideoElement} video
 * @param {string} sessionId
 */
async function drawOne(canvas, video, sessionId) {
  const { track, from, to } = canvas.dataset;
  const middleMs = Math.floor((Number(from) + Number(to)) / 2);
  const range = `from_ms=${Math.max(Number(from), middleMs - LOOK_MS)}&to_ms=${middleMs + LOOK_MS}&track=${track}`;
  /** @type {ObservationPage} */
  const { results } = await request(`/sessions/${sessionId}/observations/?${range}&page_size=50`);
  const face = results.find(({ scores }) => scores) ?? results[0];
  if (!face) return;
  const seeked = once(video, "seeked");
  video.currentTime = face.t_ms / 1000;
  await seeked;
  const scale = video.videoWidth / face.frame_width;
  const [x, y, w, h] = face.box.map((value) => value * scale);
  const side = Math.max(w, h) * (1 + 2 * ROOM);
  const [left, top] = [x + w / 2 - side / 2, y + h / 2 - side / 2];
  penOf(canvas).drawImage(video, left, top, side, side, 0, 0, canvas.width, canvas.height);
  canvas.hidden = false;
}

/** @type {(video: HTMLVideoElement, name: string) => Promise<Event>} */
function once(video, name) {
  return new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", reject, { once: true });
  });
}
