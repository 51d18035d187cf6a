// The video and its clock. Where there is no video that can be played, the clock is moved by hand.

import { find, findAll, findIn, findOptional } from "../dom.js";

const NOT_FOUND = [404, 410];

/** Tells "time" (detail: ms) for every picture shown, and "stage" when the picture's place changes. */
export class Player extends EventTarget {
  /**
   * @param {SessionData} data
   */
  constructor(data) {
    super();
    this.data = data;
    this.stage = find("stage");
    this.video = findOptional("video", HTMLVideoElement);
    this.handMs = 0;
    this.isPlayable = Boolean(this.video);
    const [width, height] = data.frame;
    if (width && height) this.stage.style.aspectRatio = `${width} / ${height}`;
    this.stage.classList.toggle("portrait", height > width);
    this.stage.classList.toggle("without-video", !this.video);
    if (this.video) this.listen(this.video);
    this.ownUrl = "";
    this.ownFile = findOptional("own-file");
    this.ownFile?.addEventListener(
      "change",
      ({ target }) => target instanceof HTMLInputElement && this.openOwn(target.files?.[0]),
    );
    new ResizeObserver(() => this.dispatchEvent(new Event("stage"))).observe(this.stage);
  }

  get timeMs() {
    return this.isPlayable && this.video ? this.video.currentTime * 1000 : this.handMs;
  }

  /** @param {number} tMs */
  seek(tMs) {
    this.handMs = Math.min(Math.max(tMs, 0), this.data.durationMs);
    if (this.isPlayable && this.video) this.video.currentTime = this.handMs / 1000;
    this.tell(this.handMs);
  }

  toggle() {
    if (!this.isPlayable || !this.video) return;
    if (this.video.paused)
      this.video.play().catch(() => {}); // what hinders it is told by its "error" event
    else this.video.pause();
  }

  tell(tMs = this.timeMs) {
    this.dispatchEvent(new CustomEvent("time", { detail: tMs }));
  }

  /** @param {(tMs: number) => void} told  of every picture shown */
  onTime(told) {
    this.addEventListener("time", (event) => told(/** @type {CustomEvent<number>} */ (event).detail));
  }

  /** @param {HTMLVideoElement} video */
  listen(video) {
    video.addEventListener("error", () => this.explain());
    for (const name of ["loadedmetadata", "seeked", "timeupdate"]) video.addEventListener(name, () => this.tell());
    video.addEventListener("loadedmetadata", () => {
      // Some codecs are refused piece by piece: the sound plays, and there is no picture.
      if (video.videoWidth === 0)
        this.giveUp(
          gettext(
            "This browser cannot play this video's format. The analysis is not affected: the chart, the moments and the downloads all work, and the boxes are drawn on an empty picture.",
          ),
        );
    });
    video.addEventListener("resize", () => this.dispatchEvent(new Event("stage"))); // some change it midway
    const tellsPictures = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    if (tellsPictures) this.followPictures(video);
    else video.addEventListener("play", () => this.followScreen(video));
    if (video.error) this.explain();
  }

  /**
   * Every picture that the browser shows comes with its own time: boxes drawn for it fit it.
   * @param {HTMLVideoElement} video
   */
  followPictures(video) {
    video.requestVideoFrameCallback((_now, picture) => {
      this.tell(picture.mediaTime * 1000);
      this.followPictures(video);
    });
  }

  /** @param {HTMLVideoElement} video */
  followScreen(video) {
    if (video.paused || video.ended) return;
    this.tell();
    requestAnimationFrame(() => this.followScreen(video));
  }

  /**
   * A video from the reader's own disk: it is played from there, and no byte of it leaves the browser.
   * @param {File} [file]
   */
  openOwn(file) {
    if (!file) return;
    if (this.ownUrl) URL.revokeObjectURL(this.ownUrl);
    this.ownUrl = URL.createObjectURL(file);
    const video = this.video ?? this.makeVideo();
    find("media-problem").hidden = true;
    this.isPlayable = true;
    this.stage.classList.remove("without-video");
    video.src = this.ownUrl;
    this.seek(this.handMs);
  }

  makeVideo() {
    const video = Object.assign(document.createElement("video"), { id: "video", controls: true, playsInline: true });
    this.video = video;
    this.stage.prepend(video);
    this.listen(video);
    return video;
  }

  /** A video that does not load is missing, broken on the way, or of a format that the browser cannot play. */
  async explain() {
    this.giveUp();
    if (this.ownUrl || !this.data.media) {
      this.giveUp(
        gettext(
          "This browser cannot play this video's format. The analysis is not affected: the chart, the moments and the downloads all work, and the boxes are drawn on an empty picture.",
        ),
      );
      return;
    }
    try {
      const { status } = await fetch(this.data.media.url, { method: "HEAD", credentials: "same-origin" });
      if (NOT_FOUND.includes(status))
        this.giveUp(gettext("The video is not kept on the server any more. Its readings are complete."));
      else if (status >= 400)
        this.giveUp(gettext("The video could not be loaded. Check the connection, then try again."), true);
      else
        this.giveUp(
          gettext(
            "This browser cannot play this video's format. The analysis is not affected: the chart, the moments and the downloads all work, and the boxes are drawn on an empty picture.",
          ),
        );
    } catch {
      this.giveUp(gettext("The video could not be loaded. Check the connection, then try again."), true);
    }
  }

  giveUp(text = "", isRepeatable = false) {
    if (this.isPlayable && this.video) this.handMs = this.video.currentTime * 1000 || this.handMs;
    this.isPlayable = false;
    this.stage.classList.add("without-video");
    this.tell();
    const notice = find("media-problem");
    findIn(notice, "span").textContent = text;
    notice.hidden = !text;
    if (text && this.ownFile) this.ownFile.hidden = false;
    findAll(notice, "button")[0]?.remove();
    if (isRepeatable) notice.append(this.retryButton(notice));
  }

  /** @param {HTMLElement} notice */
  retryButton(notice) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "secondary small";
    button.textContent = gettext("Try again");
    button.addEventListener("click", () => {
      notice.hidden = true;
      this.isPlayable = true;
      this.stage.classList.remove("without-video");
      this.video?.load();
      this.seek(this.handMs);
    });
    return button;
  }
}
