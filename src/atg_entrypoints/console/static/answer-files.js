// <answer-files data-submission data-question>: files are sent as they are chosen, one after the other, with progress.
import { call, tell } from "./console.js";

/** @typedef {import("./api").components["schemas"]["AnswerFileRow"]} Row */

const TRY_AGAIN_MS = 3000;

class AnswerFiles extends HTMLElement {
  /** @type {Promise<void>} */
  #sent = Promise.resolve();

  connectedCallback() {
    this.classList.add("ready");
    this.#input.addEventListener("change", () => {
      for (const file of this.#input.files ?? []) this.#add(file);
      this.#input.value = "";
    });
    this.addEventListener("click", (event) => this.#remove(event));
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
  }

  get #path() {
    return `/submissions/${this.dataset.submission}/files`;
  }

  /** @param {File} file */
  #add(file) {
    const row = document.createElement("li");
    row.innerHTML = `<span class="document"></span><progress max="1" value="0"></progress><span class="faint" role="status"></span>`;
    const name = /** @type {HTMLElement} */ (row.querySelector(".document"));
    name.textContent = file.name;
    row.querySelector("progress")?.setAttribute("aria-label", file.name);
    this.querySelector(".files")?.append(row);
    if (file.size > Number(this.dataset.most) * 1024 ** 2) {
      this.#failed(row, this.dataset.large ?? "");
      return;
    }
    this.#sent = this.#sent.then(() => this.#send(file, row));
  }

  /** Until there is a connection. @param {File} file @param {HTMLElement} row */
  async #send(file, row) {
    const state = /** @type {HTMLElement} */ (row.querySelector("[role=status]"));
    for (;;) {
      state.textContent = this.dataset.sending ?? "";
      const reply = await this.#post(file, /** @type {HTMLProgressElement} */ (row.querySelector("progress")));
      if (reply.ok) {
        this.#show(row, reply.told);
        return;
      }
      if (reply.status !== 0 && reply.status !== 503) {
        this.#failed(row, reply.told?.text ?? "");
        return;
      }
      state.textContent = this.dataset.waiting ?? "";
      await new Promise((resolve) => {
        setTimeout(resolve, TRY_AGAIN_MS);
        addEventListener("online", resolve, { once: true, signal: AbortSignal.timeout(TRY_AGAIN_MS) });
      });
    }
  }

  /**
   * `fetch` does not tell how far it has come.
   * @param {File} file
   * @param {HTMLProgressElement} progress
   * @returns {Promise<{ok: boolean, status: number, told: any}>}
   */
  #post(file, progress) {
    const form = new FormData();
    form.set("question_id", this.dataset.question ?? "");
    form.set("file", file);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) progress.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        const isJson = request.getResponseHeader("content-type")?.includes("json");
        const told = isJson ? JSON.parse(request.responseText) : null;
        resolve({ ok: request.status === 200 || request.status === 201, status: request.status, told });
      });
      request.open("POST", `/app/api${this.#path}`);
      request.send(form);
    });
  }

  /** @param {HTMLElement} row @param {Row} file */
  #show(row, file) {
    const same = this.querySelector(`li[data-id="${file.id}"]`);
    if (same && same !== row) {
      row.remove();
      return;
    }
    row.dataset.id = file.id;
    row.innerHTML = `<a class="document"></a> <button type="button" class="quiet"></button>`;
    const link = /** @type {HTMLAnchorElement} */ (row.querySelector("a"));
    link.href = `/app/api${this.#path}/${file.id}`;
    link.download = file.name;
    link.textContent = file.name;
    const button = /** @type {HTMLButtonElement} */ (row.querySelector("button"));
    button.textContent = this.dataset.remove ?? "";
    button.setAttribute("aria-label", `${this.dataset.remove} ${file.name}`);
  }

  /** @param {HTMLElement} row @param {string} words */
  #failed(row, words) {
    row.querySelector("progress")?.remove();
    const state = /** @type {HTMLElement} */ (row.querySelector("[role=status]"));
    state.className = "fault";
    state.textContent = words;
  }

  /** @param {MouseEvent} event */
  async #remove(event) {
    const row = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("button")?.closest("li") ?? null);
    if (!row?.dataset.id) return;
    event.preventDefault();
    try {
      await call("DELETE", `${this.#path}/${row.dataset.id}`);
      row.remove();
      this.#input.focus();
    } catch (problem) {
      tell(problem instanceof TypeError ? (this.dataset.waiting ?? "") : /** @type {Error} */ (problem).message);
    }
  }
}

customElements.define("answer-files", AnswerFiles);
