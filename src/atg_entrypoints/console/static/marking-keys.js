// <marking-keys data-offline>: Ctrl+Enter saves and goes on, Ctrl+↓ goes on; leaving asks where marks are not saved.
import { sendWhenConnected } from "./connection.js";
import { tell } from "./console.js";

class MarkingKeys extends HTMLElement {
  #isChanged = false;

  connectedCallback() {
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    sendWhenConnected(form, () => tell(this.dataset.offline ?? ""));
    form.addEventListener("input", () => (this.#isChanged = true));
    form.addEventListener("submit", () => (this.#isChanged = false));
    document.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      if (event.key === "Enter") this.#press(event, "button[value=next]");
      if (event.key === "ArrowDown") this.#press(event, "a.next");
    });
    addEventListener("beforeunload", (event) => this.#isChanged && event.preventDefault());
    this.#firstToMark?.focus();
  }

  /** Points that are not given yet. */
  get #firstToMark() {
    const fields = /** @type {HTMLInputElement[]} */ ([...this.querySelectorAll(".marks input")]);
    return this.querySelector("[aria-invalid]") ? null : fields.find((field) => !field.value);
  }

  /** @param {KeyboardEvent} event @param {string} selector */
  #press(event, selector) {
    const target = /** @type {HTMLElement | null} */ (this.querySelector(selector));
    if (!target) return;
    event.preventDefault();
    target.click();
  }
}

customElements.define("marking-keys", MarkingKeys);
