// <test-sheet data-path data-ends>: each answer is kept by the server as it is given; the clock runs.
import { call, tell } from "./console.js";

/** @typedef {import("./api").paths["/lessons/{lesson_id}/test/attempts/draft"]["put"]["requestBody"]["content"]["application/json"]} Draft */

const TRY_AGAIN_MS = 3000;

class TestSheet extends HTMLElement {
  /** Questions whose answers the server does not have yet. @type {Set<string>} */
  #waiting = new Set();
  #isKeeping = false;

  connectedCallback() {
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    form.addEventListener("change", (event) => {
      this.#waiting.add(/** @type {HTMLInputElement} */ (event.target).name);
      this.#keep(form);
    });
    if (this.dataset.ends) this.#count(new Date(this.dataset.ends), form);
  }

  /** @param {HTMLFormElement} form */
  async #keep(form) {
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    while (this.#waiting.size) {
      const names = [...this.#waiting];
      this.#waiting.clear();
      /** @type {Draft["answers"]} */
      const answers = names.map((name) => ({
        question_id: Number(name.replace("question-", "")),
        option_ids: new FormData(form).getAll(name).map(Number),
      }));
      try {
        await call("PUT", `${this.dataset.path}/attempts/draft`, { answers });
        tell(this.dataset.kept ?? "");
      } catch (problem) {
        if (problem instanceof TypeError) {
          // There is no connection.
          for (const name of names) this.#waiting.add(name);
          tell(this.dataset.failed ?? "");
          await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
        } else {
          tell(/** @type {Error} */ (problem).message);
        }
      }
    }
    this.#isKeeping = false;
  }

  /**
   * @param {Date} ends
   * @param {HTMLFormElement} form
   */
  #count(ends, form) {
    const clock = document.createElement("p");
    clock.className = "clock";
    clock.setAttribute("role", "timer");
    this.prepend(clock);
    const ticking = setInterval(() => {
      const seconds = Math.max(0, Math.floor((ends.getTime() - Date.now()) / 1000));
      const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      clock.textContent = seconds ? `${this.dataset.left} ${shown}` : (this.dataset.over ?? "");
      if (seconds) return;
      clearInterval(ticking);
      form.requestSubmit();
    }, 1000);
  }
}

customElements.define("test-sheet", TestSheet);
