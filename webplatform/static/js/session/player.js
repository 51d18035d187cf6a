// The video and its clock. Where there is no video that can be played, the clock is moved by hand.

const NOT_FOUND = [404, 410];

/** Tells "time" (detail: ms) for every picture shown, and "stage" when the picture's place changes. */
export class Player extends EventTarget {
  constructor(data, words) {
    super();
    this.data = data;
    this.words = words;
    this.stage = document.getElementById("stage");
    this.video = document.getElementById("video");
    this.handMs = 0;
    this.isPlayable = Boolean(this.video);
    const [width, height] = data.frame;
    if (width && height) this.stage.style.aspectRatio = `${width} / ${height}`;
    this.stage.classList.toggle("portrait", height > width);
    this.stage.classList.toggle("without-video", !this.video);
    if (this.video) this.listen();
    this.ownFile = document.getElementById("own-file");
    this.ownFile?.addEventListener("change", ({ target }) => this.openOwn(target.files[0]));
    new ResizeObserver(() => this.dispatchEvent(new Event("stage"))).observe(this.stage);
  }

  get timeMs() {
    return this.isPlayable ? this.video.currentTime * 1000 : this.handMs;
  }

  seek(tMs) {
    this.handMs = Math.min(Math.max(tMs, 0), this.data.durationMs);
    if (this.isPlayable) this.video.currentTime = this.handMs / 1000;
    this.tell(this.handMs);
  }

  toggle() {
    if (!this.isPlayable) return;
    if (this.video.paused)
      this.video.play().catch(() => {}); // what hinders it is told by its "error" event
    else this.video.pause();
  }

  tell(tMs = this.timeMs) {
    this.dispatchEvent(new CustomEvent("time", { detail: tMs }));
  }

  listen() {
    const { video } = this;
    video.addEventListener("error", () => this.explain());
    for (const name of ["loadedmetadata", "seeked", "timeupdate"]) video.addEventListener(name, () => this.tell());
    video.addEventListener("loadedmetadata", () => {
      // Some codecs are refused piece by piece: the sound plays, and there is no picture.
      if (video.videoWidth === 0) this.giveUp(this.words.cannotPlay);
    });
    video.addEventListener("resize", () => this.dispatchEvent(new Event("stage"))); // some change it midway
    if (video.requestVideoFrameCallback) this.followPictures();
    else video.addEventListener("play", () => this.followScreen());
    if (video.error) this.explain();
  }

  /** Every picture that the browser shows comes with its own time: boxes drawn for it fit it. */
  followPictures() {
    this.video.requestVideoFrameCallback((_now, picture) => {
      this.tell(picture.mediaTime * 1000);
      this.followPictures();
    });
  }

  followScreen() {
    if (this.video.paused || this.video.ended) return;
    this.tell();
    requestAnimationFrame(() => this.followScreen());
  }

  /** A video from the reader's own disk: it is played from there, and no byte of it leaves the browser. */
  openOwn(file) {
    if (!file) return;
    if (this.ownUrl) URL.revokeObjectURL(this.ownUrl);
    this.ownUrl = URL.createObjectURL(file);
    if (!this.video) {
      this.video = Object.assign(document.createElement("video"), { id: "video", controls: true, playsInline: true });
      this.stage.prepend(this.video);
      this.listen();
    }
    document.getElementById("media-problem").hidden = true;
    this.isPlayable = true;
    this.stage.classList.remove("without-video");
    this.video.src = this.ownUrl;
    this.seek(this.handMs);
  }

  /** A video that does not load is missing, broken on the way, or of a format that the browser cannot play. */
  async explain() {
    this.giveUp();
    if (this.ownUrl) {
      this.giveUp(this.words.cannotPlay);
      return;
    }
    try {
      const { status } = await fetch(this.data.media.url, { method: "HEAD", credentials: "same-origin" });
      if (NOT_FOUND.includes(status)) this.giveUp(this.words.mediaMissing);
      else if (status >= 400) this.giveUp(this.words.mediaBroken, true);
      else this.giveUp(this.words.cannotPlay);
    } catch {
      this.giveUp(this.words.mediaBroken, true);
    }
  }

  giveUp(text = "", isRepeatable = false) {
    if (this.isPlayable) this.handMs = this.video.currentTime * 1000 || this.handMs;
    this.isPlayable = false;
    this.stage.classList.add("without-video");
    this.tell();
    const notice = document.getElementById("media-problem");
    notice.querySelector("span").textContent = text;
    notice.hidden = !text;
    if (text && this.ownFile) this.ownFile.hidden = false;
    notice.querySelector("button")?.remove();
    if (isRepeatable) notice.append(this.retryButton(notice));
  }

  retryButton(notice) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "secondary small";
    button.textContent = this.words.retry;
    button.addEventListener("click", () => {
      notice.hidden = true;
      this.isPlayable = true;
      this.stage.classList.remove("without-video");
      this.video.load();
      this.seek(this.handMs);
    });
    return button;
  }
}
