// <file-upload data-method data-path data-prefix data-field>: files of its form are sent by parts as they are chosen or
// dropped, with progress; the API is then told of each, with the other fields of the form.
import { call } from "./console.js";
import { uploadByParts } from "./upload-parts.js";

class FileUpload extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    const input = /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=file]"));
    if (!form || !input) return;
    this.form = form;
    this.classList.add("ready");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(input.files);
    });
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.classList.add("over");
    });
    this.addEventListener("dragleave", () => this.classList.remove("over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.classList.remove("over");
      this.#take(event.dataTransfer?.files);
    });
  }

  /** One after the other; then the page shows them. @param {FileList | null | undefined} files */
  async #take(files) {
    const chosen = [...(files ?? [])];
    const arrived = [];
    for (const file of this.dataset.method === "PUT" ? chosen.slice(0, 1) : chosen) arrived.push(await this.#send(file));
    if (arrived.length && arrived.every(Boolean)) location.reload();
  }

  /** @param {File} file @returns {Promise<boolean>} Whether it has arrived. */
  async #send(file) {
    const row = this.#row(file);
    const [progress, state] = [/** @type {HTMLProgressElement} */ (row.querySelector("progress")), row.querySelector("span")];
    try {
      const { prefix = "", base = "" } = this.dataset;
      const stored = await uploadByParts(file, prefix, base, (share) => {
        progress.value = share;
        if (state) state.textContent = `${file.name}: ${Math.floor(share * 100)} %`;
      });
      await call(this.dataset.method ?? "POST", this.dataset.path ?? "", this.#body(file, stored));
      return true;
    } catch (fault) {
      // What browsers say of a connection that broke off is in their own language.
      this.#failed(row, file, fault instanceof TypeError ? "" : /** @type {Error} */ (fault).message);
      return false;
    }
  }

  /** @param {File} file */
  #row(file) {
    const row = document.createElement("p");
    row.className = "row sending";
    row.role = "status";
    const progress = document.createElement("progress");
    progress.setAttribute("aria-label", file.name);
    progress.max = 1;
    progress.value = 0;
    const state = document.createElement("span");
    state.textContent = file.name;
    row.append(progress, state);
    this.append(row);
    return row;
  }

  /** @param {File} file @param {import("./upload-parts.js").Stored} stored */
  #body(file, stored) {
    const fields = [...(this.form?.querySelectorAll("input, select, textarea") ?? [])].flatMap((each) => {
      const { name, type, value } = /** @type {HTMLInputElement} */ (each);
      return !value || type === "file" || name === "replaces" ? [] : [[name, type === "number" ? Number(value) : value]];
    });
    const told = this.hasAttribute("data-described")
      ? { original_name: file.name.slice(0, 500), file_size: stored.size, mime_type: stored.content_type }
      : {};
    return { ...Object.fromEntries(fields), ...told, [this.dataset.field ?? "key"]: stored.key };
  }

  /** @param {HTMLElement} row @param {File} file @param {string} message */
  #failed(row, file, message) {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = this.dataset.again ?? "";
    again.addEventListener("click", async () => {
      row.remove();
      if (await this.#send(file)) location.reload();
    });
    const fault = document.createElement("span");
    fault.className = "fault";
    fault.textContent = `${file.name}: ${message || this.dataset.failed}`;
    row.replaceChildren(fault, again);
  }
}

customElements.define("file-upload", FileUpload);
