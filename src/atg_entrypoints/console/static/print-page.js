// A page that is made to be printed. Its button is not shown where this does not run.

class PrintPage extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.addEventListener("click", () => print());
  }
}
customElements.define("print-page", PrintPage);
