// <text-file data-label>: a file of text, read by the browser into the field of the form.
class TextFile extends HTMLElement {
  connectedCallback() {
    const label = document.createElement("label");
    label.textContent = this.dataset.label ?? "";
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".txt,.gift,text/plain";
    input.addEventListener("change", async () => {
      const text = await input.files?.[0]?.text();
      const field = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
      if (text !== undefined) field.value = text;
      field.focus();
    });
    label.append(input);
    this.prepend(label);
  }
}

customElements.define("text-file", TextFile);
