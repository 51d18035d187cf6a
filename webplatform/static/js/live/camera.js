// The webcam: asked for, listed, shown, and its pictures taken as JPEG.

const WIDEST_PX = 640; // what the server looks for faces in; more would only cost time on the way
const QUALITY = 0.85;

/** Why the camera cannot be used: `reason` is a key of the page's words. */
export class CameraProblem extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "noCamera",
  OverconstrainedError: "noCamera",
  NotReadableError: "cameraBusy",
  AbortError: "cameraBusy",
};

/** Emits "lost" when the camera is unplugged or its permission is taken back. */
export class Camera extends EventTarget {
  constructor(video) {
    super();
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.stream = null;
  }

  get isOn() {
    return this.stream !== null;
  }

  /** Turn a camera on; without an id, the one the browser prefers. */
  async turnOn(deviceId) {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem("insecure");
    this.turnOff();
    const wanted = {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
    };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
    } catch (error) {
      throw new CameraProblem(REASONS[error.name] ?? "cameraBusy");
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

  /** The picture of this moment: {picture: ImageBitmap, jpeg: Blob, width, height}, or null before the first one. */
  async take() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return null;
    const scale = Math.min(1, WIDEST_PX / videoWidth);
    this.canvas.width = Math.round(videoWidth * scale);
    this.canvas.height = Math.round(videoHeight * scale);
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const [picture, jpeg] = await Promise.all([
      createImageBitmap(this.canvas),
      new Promise((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY)),
    ]);
    return { picture, jpeg, width: picture.width, height: picture.height };
  }
}
