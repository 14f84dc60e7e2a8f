// <video-lesson data-topic data-position>: resumes where the learner stopped, and tells the server where that is.
import { call } from "./console.js";

/** @typedef {import("./api").paths["/topics/{topic_id}/progress"]["put"]["requestBody"]["content"]["application/json"]} Progress */

const EVERY_SECONDS = 15;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

class VideoLesson extends HTMLElement {
  #told = 0;
  #watched = 0;
  #last = 0;

  connectedCallback() {
    const video = this.#video;
    const position = Number(this.dataset.position);
    if (position > 0) video.addEventListener("loadedmetadata", () => this.#resume(position), { once: true });
    video.addEventListener("timeupdate", () => this.#played());
    for (const event of ["pause", "ended"]) video.addEventListener(event, () => this.#tell());
    addEventListener("pagehide", this.#leaving);
    this.append(this.#speeds());
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#leaving);
    this.#tell();
  }

  #leaving = () => this.#tell();

  get #video() {
    return /** @type {HTMLVideoElement} */ (this.querySelector("video"));
  }

  /** @param {number} position */
  #resume(position) {
    if (position < this.#video.duration - 5) this.#video.currentTime = position;
  }

  #played() {
    const now = this.#video.currentTime;
    const step = now - this.#last;
    if (step > 0 && step < 2) this.#watched += step;
    this.#last = now;
    if (this.#watched - this.#told >= EVERY_SECONDS) this.#tell();
  }

  #tell() {
    const seconds = Math.floor(this.#watched - this.#told);
    if (seconds <= 0) return;
    this.#told += seconds;
    /** @type {Progress} */
    const body = { position_seconds: Math.floor(this.#video.currentTime), seconds_studied: seconds };
    call("PUT", `/topics/${this.dataset.topic}/progress`, body).catch(() => {
      this.#told -= seconds;
    });
  }

  #speeds() {
    const label = document.createElement("label");
    label.className = "row";
    label.textContent = this.dataset.speed ?? "";
    const select = document.createElement("select");
    for (const speed of SPEEDS) select.add(new Option(`${speed}×`, String(speed), speed === 1, speed === 1));
    select.addEventListener("change", () => {
      this.#video.playbackRate = Number(select.value);
    });
    label.append(select);
    return label;
  }
}

customElements.define("video-lesson", VideoLesson);
