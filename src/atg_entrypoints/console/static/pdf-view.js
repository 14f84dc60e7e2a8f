// <pdf-view src>: a document page by page, fetched in ranges. The page is kept in this browser.
import * as pdfjs from "./pdfjs/pdf.min.mjs";

pdfjs.GlobalWorkerOptions.workerSrc = new URL("./pdfjs/pdf.worker.min.mjs", import.meta.url).href;

class PdfView extends HTMLElement {
  /** @type {any} */
  #document = null;
  #number = 1;
  #scale = 1;
  /** @type {any} */
  #drawing = null;

  async connectedCallback() {
    const words = this.dataset;
    this.innerHTML = `<div class="tools">
      <button type="button" name="previous">←</button><span role="status"></span><button type="button" name="next">→</button>
      <button type="button" name="smaller">−</button><button type="button" name="larger">+</button>
      <input type="search" name="search"><button type="button" name="full"></button></div>
      <div class="sheet" tabindex="0" role="region"><canvas role="img" width="0" height="0"></canvas></div>`;
    for (const name of ["previous", "next", "smaller", "larger", "full", "search"]) {
      this.#part(`[name=${name}]`).setAttribute("aria-label", words[name] ?? "");
    }
    this.#part("[name=full]").textContent = words.full ?? "";
    this.#part("input").setAttribute("placeholder", words.search ?? "");
    this.#part(".sheet").setAttribute("aria-label", this.getAttribute("aria-label") ?? "");
    this.addEventListener("click", (event) => this.#pressed(/** @type {HTMLButtonElement} */ (event.target).name));
    this.#part("input").addEventListener("change", () => this.#search());
    this.#part(".sheet").addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    const url = /** @type {string} */ (this.getAttribute("src"));
    try {
      this.#document = await pdfjs.getDocument({ url, disableAutoFetch: true, disableStream: true, useWasm: false }).promise;
      this.#number = Math.min(Number(localStorage.getItem(this.#kept)) || 1, this.#document.numPages);
      await this.#show();
    } catch {
      this.innerHTML = `<p class="alert" role="alert"></p>`;
      this.#part("p").textContent = words.failed ?? "";
    }
  }

  disconnectedCallback() {
    this.#document?.loadingTask.destroy();
  }

  get #kept() {
    return `atg-page-${this.dataset.key}`;
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const name = { PageDown: "next", PageUp: "previous", "+": "larger", "-": "smaller" }[event.key];
    if (!name) return;
    event.preventDefault();
    this.#pressed(name);
  }

  /** @param {string} name */
  async #pressed(name) {
    if (name === "full") {
      await (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen());
      return;
    }
    const [pages, factor] = { previous: [-1, 1], next: [1, 1], smaller: [0, 0.8], larger: [0, 1.25] }[name] ?? [0, 0];
    if (!factor || !this.#document) return;
    this.#number = Math.min(Math.max(this.#number + pages, 1), this.#document.numPages);
    this.#scale = Math.min(Math.max(this.#scale * factor, 0.25), 5);
    await this.#show();
  }

  /** Goes to the next page on which the words stand, from the one after this on. */
  async #search() {
    const wanted = /** @type {HTMLInputElement} */ (this.#part("input")).value.trim().toLowerCase();
    if (!wanted || !this.#document) return;
    const count = this.#document.numPages;
    for (let step = 1; step <= count; step += 1) {
      const number = ((this.#number - 1 + step) % count) + 1;
      if ((await this.#text(number)).toLowerCase().includes(wanted)) {
        this.#number = number;
        await this.#show();
        return;
      }
    }
    this.#part("[role=status]").textContent = this.dataset.nothing ?? "";
  }

  /** @param {number} number */
  async #text(number) {
    const content = await (await this.#document.getPage(number)).getTextContent();
    return content.items.map((/** @type {{str: string}} */ item) => item.str).join(" ");
  }

  async #show() {
    const page = await this.#document.getPage(this.#number);
    const fit = Math.max(this.clientWidth - 2, 100) / page.getViewport({ scale: 1 }).width;
    const viewport = page.getViewport({ scale: fit * this.#scale * devicePixelRatio });
    const canvas = /** @type {HTMLCanvasElement} */ (this.#part("canvas"));
    this.#drawing?.cancel();
    canvas.width = viewport.width;
    canvas.height = viewport.height;
    canvas.style.width = `${viewport.width / devicePixelRatio}px`;
    canvas.setAttribute("aria-label", await this.#text(this.#number));
    this.#drawing = page.render({ canvas, viewport });
    await this.#drawing.promise.catch(() => undefined);
    const { page: word, of } = this.dataset;
    this.#part("[role=status]").textContent = `${word} ${this.#number} ${of} ${this.#document.numPages}`;
    this.dataset.shown = String(this.#number);
    localStorage.setItem(this.#kept, String(this.#number));
  }
}

customElements.define("pdf-view", PdfView);
