// A page that is made to be printed: the button is there for who has scripts alone.

class PrintPage extends HTMLElement {
  connectedCallback() {
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}
customElements.define("print-page", PrintPage);
