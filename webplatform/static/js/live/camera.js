// The webcam: asked for, listed, shown, and its pictures taken as JPEG.

import { penOf } from "../dom.js";

const WIDEST_PX = 640; // what the server looks for faces in; more would only cost time on the way
const QUALITY = 0.85;

/** Why the camera cannot be used; the message is for the reader. */
class CameraProblem extends Error {}

/**
 * What to tell the reader when turning on the camera ended with this error.
 * @param {unknown} error
 */
export function cameraProblemText(error) {
  if (error instanceof CameraProblem) return error.message;
  return gettext("The camera does not answer. Another program may be using it: close it, then try again.");
}

/**
 * @param {unknown} error  of `getUserMedia`
 */
function problemOf(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return new CameraProblem(
      gettext("The browser was not allowed to use the camera. Allow it beside the address, then try again."),
    );
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return new CameraProblem(gettext("No camera was found. Plug one in, then try again."));
  }
  return error;
}

/** Emits "lost" when the camera is unplugged or its permission is taken back. */
export class Camera extends EventTarget {
  /** @param {HTMLVideoElement} video */
  constructor(video) {
    super();
    this.video = video;
    this.canvas = document.createElement("canvas");
    /** @type {MediaStream | null} */
    this.stream = null;
  }

  get isOn() {
    return this.stream !== null;
  }

  /**
   * Turn a camera on; without an id, the one the browser prefers.
   * @param {string} [deviceId]
   */
  async turnOn(deviceId) {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new CameraProblem(
        gettext("Browsers give cameras to safe pages only: open this page over https, or on this very machine."),
      );
    }
    this.turnOff();
    const wanted = {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
    };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
    } catch (error) {
      throw problemOf(error);
    }
    const [track] = this.stream.getVideoTracks();
    track.addEventListener("ended", () => this.lose());
    this.video.srcObject = this.stream;
    await this.video.play();
    return track.getSettings().deviceId;
  }

  turnOff() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  lose() {
    this.turnOff();
    this.dispatchEvent(new Event("lost"));
  }

  /** [{id, label}] of the cameras; labels are known only once one is on. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices
      .filter(({ kind }) => kind === "videoinput")
      .map(({ deviceId, label }, place) => ({ id: deviceId, label: label || `${place + 1}` }));
  }

  /**
   * The picture of this moment, or null before the first one.
   * @returns {Promise<{picture: ImageBitmap, jpeg: Blob, width: number, height: number} | null>}
   */
  async take() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return null;
    const scale = Math.min(1, WIDEST_PX / videoWidth);
    this.canvas.width = Math.round(videoWidth * scale);
    this.canvas.height = Math.round(videoHeight * scale);
    penOf(this.canvas).drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const [picture, jpeg] = await Promise.all([createImageBitmap(this.canvas), this.asJpeg()]);
    return { picture, jpeg, width: picture.width, height: picture.height };
  }

  /** @returns {Promise<Blob>} */
  asJpeg() {
    return new Promise((done, fail) => {
      const take = (/** @type {Blob | null} */ jpeg) =>
        jpeg ? done(jpeg) : fail(new Error("The picture could not be written as JPEG."));
      this.canvas.toBlob(take, "image/jpeg", QUALITY);
    });
  }
}
