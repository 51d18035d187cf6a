// The face under review, cut out of its video by the browser, and the keys that answer.

import { closest, find, findAll, penOf } from "../dom.js";
import { pageData } from "../format.js";

const MARGIN = 0.35; // of the box's longer side, so that hair and chin are seen
const AROUND_S = 1;
/** @type {ReviewData} */
const data = pageData("review-data");
const video = find("video", HTMLVideoElement);
const face = find("face", HTMLCanvasElement);
const boxes = find("boxes", HTMLCanvasElement);
const cannotPlay = find("cannot-play");

/** Pixels of the video for one pixel of the frame that was analysed: a rotated or scaled video differs. */
function scale() {
  return [
    video.videoWidth / (data.frame[0] || video.videoWidth),
    video.videoHeight / (data.frame[1] || video.videoHeight),
  ];
}

function drawFace() {
  const [sx, sy] = scale();
  const [x, y, w, h] = data.box;
  const side = Math.max(w, h) * (1 + 2 * MARGIN);
  const [left, top] = [x + w / 2 - side / 2, y + h / 2 - side / 2];
  const context = penOf(face);
  context.clearRect(0, 0, face.width, face.height);
  context.drawImage(video, left * sx, top * sy, side * sx, side * sy, 0, 0, face.width, face.height);
  face.dataset.drawn = "true";
}

function drawBox() {
  const ratio = devicePixelRatio || 1;
  boxes.width = boxes.clientWidth * ratio;
  boxes.height = boxes.clientHeight * ratio;
  const context = penOf(boxes);
  const [fx, fy] = [boxes.width / data.frame[0], boxes.height / data.frame[1]];
  const [x, y, w, h] = data.box;
  context.lineWidth = 3 * ratio;
  context.strokeStyle = "#ffffff";
  context.strokeRect(x * fx, y * fy, w * fx, h * fy);
  context.lineWidth = ratio;
  context.strokeStyle = "#10151b";
  context.strokeRect(x * fx, y * fy, w * fx, h * fy);
}

function showMoment() {
  video.pause();
  video.currentTime = data.tMs / 1000 + 0.001; // a hair later, so that no rounding shows the frame before
}

function replay() {
  boxes.hidden = true; // it fits one moment only
  video.currentTime = Math.max(0, data.tMs / 1000 - AROUND_S);
  video.play().catch(() => {});
  const stop = () => {
    if (video.currentTime < data.tMs / 1000 + AROUND_S && !video.ended) return;
    video.removeEventListener("timeupdate", stop);
    showMoment();
  };
  video.addEventListener("timeupdate", stop);
}

video.addEventListener("loadedmetadata", showMoment);
video.addEventListener("seeked", () => {
  if (!video.paused) return;
  boxes.hidden = false;
  drawFace();
  drawBox();
});
video.addEventListener("error", () => (cannotPlay.hidden = false));
new ResizeObserver(drawBox).observe(boxes);
document.documentElement.classList.add("has-script");
find("replay").addEventListener("click", replay);
if (video.readyState >= 1) showMoment();
if (video.error) cannotPlay.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || closest(event.target, "input, select, textarea")) return;
  const [button] = findAll(document, `#review [data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
