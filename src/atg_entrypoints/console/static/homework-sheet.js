// <homework-sheet data-submission>: answers are kept by the server as they are written, and by this browser until then.
import { call } from "./console.js";

/** @typedef {import("./api").components["schemas"]["HomeworkAnswerGiven"]} Given */

const AFTER_MS = 800;
const TRY_AGAIN_MS = 3000;

class HomeworkSheet extends HTMLElement {
  /** Names of fields whose values the server does not have yet. @type {Set<string>} */
  #waiting = new Set();
  #isKeeping = false;
  #wasOffline = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

  connectedCallback() {
    this.#restore();
    this.#form.addEventListener("input", (event) => {
      const { name, type } = /** @type {HTMLInputElement} */ (event.target);
      if (!/^(text|choice)-/.test(name)) return;
      this.#waiting.add(name);
      this.#remember();
      this.#tell(this.dataset.keeping);
      this.#soon(type === "textarea" ? AFTER_MS : 0);
    });
    this.#form.addEventListener("submit", (event) => this.#leave(event));
    addEventListener("online", () => this.#soon(0));
    addEventListener("pagehide", () => this.#waiting.size && this.#keep());
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  get #place() {
    return `atg-homework-${this.dataset.submission}`;
  }

  /** What was written without a connection in an earlier visit. */
  #restore() {
    /** @type {Record<string, string[]>} */
    const kept = JSON.parse(localStorage.getItem(this.#place) ?? "{}");
    for (const [name, values] of Object.entries(kept)) {
      for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll(`[name="${name}"]`))) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
        else field.value = values[0] ?? "";
        this.#waiting.add(name);
      }
    }
    if (this.#waiting.size) this.#soon(0);
  }

  #remember() {
    const data = new FormData(this.#form);
    const values = Object.fromEntries([...this.#waiting].map((name) => [name, data.getAll(name)]));
    if (this.#waiting.size) localStorage.setItem(this.#place, JSON.stringify(values));
    else localStorage.removeItem(this.#place);
  }

  /** @param {number} milliseconds */
  #soon(milliseconds) {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#keep(), milliseconds);
  }

  /** Whether the server has everything. */
  async #keep() {
    if (this.#isKeeping) return false;
    this.#isKeeping = true;
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      try {
        await call("PUT", `/submissions/${this.dataset.submission}/answers`, [this.#given(name)]);
      } catch (problem) {
        this.#failed(problem, name);
        break;
      }
    }
    this.#isKeeping = false;
    this.#remember();
    if (this.#waiting.size) return false;
    this.#tell(this.#wasOffline ? this.dataset.back : this.dataset.kept);
    this.#wasOffline = false;
    return true;
  }

  /** @param {string} name @returns {Given} */
  #given(name) {
    const [kind, id] = name.split("-");
    const values = new FormData(this.#form).getAll(name);
    const answer = kind === "text" ? { text: String(values[0] ?? "") } : { choice_ids: values.map(Number) };
    return { question_id: Number(id), ...answer };
  }

  /** @param {unknown} problem @param {string} name */
  #failed(problem, name) {
    const { message, status } = /** @type {Error & {status?: number}} */ (problem);
    this.#waiting.add(name);
    if (status && status < 500 && status !== 429) {
      this.#tell(message, true);
      return;
    }
    this.#wasOffline = true;
    this.#tell(this.dataset.offline, true);
    this.#soon(TRY_AGAIN_MS);
  }

  /** Without a connection the page would be gone, and files that are being sent with it. @param {SubmitEvent} event */
  async #leave(event) {
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const sends = this.querySelector(".files progress") !== null;
    if (this.#waiting.size === 0 && !this.#isKeeping && !sends) return;
    event.preventDefault();
    clearTimeout(this.#later);
    while (this.#isKeeping) await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.#waiting.size > 0 && !(await this.#keep())) return;
    if (sends) this.#tell(this.dataset.sending, true);
    else this.#form.requestSubmit(button);
  }

  /** @param {string | undefined} words @param {boolean} [warns] */
  #tell(words, warns) {
    const output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    output.textContent = words ?? "";
    output.classList.toggle("warn", Boolean(warns));
  }
}

customElements.define("homework-sheet", HomeworkSheet);
