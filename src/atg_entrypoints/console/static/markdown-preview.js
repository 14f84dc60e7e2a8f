// <markdown-preview data-address>: the text of its field as learners see it, made by the server a moment after it changes.

/** Milliseconds without a key before the text is shown. */
const PAUSE = 400;

class MarkdownPreview extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  /** @type {AbortController | undefined} */
  #asking;

  connectedCallback() {
    const field = this.querySelector("textarea");
    if (!field) return;
    this.field = field;
    this.classList.add("ready");
    this.shown = this.#region();
    field.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => this.#show(), PAUSE);
    });
    this.#show();
  }

  #region() {
    const section = document.createElement("div");
    section.className = "field";
    const label = document.createElement("span");
    label.id = "markdown-preview";
    label.textContent = this.dataset.label ?? "";
    const shown = document.createElement("div");
    shown.className = "shown text";
    shown.tabIndex = 0;
    shown.role = "region";
    shown.setAttribute("aria-labelledby", label.id);
    section.append(label, shown);
    this.append(section);
    return shown;
  }

  async #show() {
    if (!this.shown || !this.field) return;
    if (!this.field.value.trim()) {
      this.#say(this.dataset.empty);
      return;
    }
    this.#asking?.abort();
    this.#asking = new AbortController();
    try {
      const reply = await fetch(this.dataset.address ?? "", {
        method: "POST",
        body: new URLSearchParams({ content: this.field.value }),
        headers: { "HX-Request": "true" },
        signal: this.#asking.signal,
      });
      if (!reply.ok) throw new Error(String(reply.status));
      // The server escapes HTML in the text.
      this.shown.innerHTML = await reply.text();
    } catch (fault) {
      if (/** @type {Error} */ (fault).name !== "AbortError") this.#say(this.dataset.failed);
    }
  }

  /** @param {string | undefined} text */
  #say(text) {
    const line = document.createElement("p");
    line.className = "empty";
    line.textContent = text ?? "";
    this.shown?.replaceChildren(line);
  }
}

customElements.define("markdown-preview", MarkdownPreview);
