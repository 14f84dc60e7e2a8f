// Questions of a form move by buttons and by drag.

/** What is done here; any other button sends the form. */
const VERBS = new Set(["add", "up", "down", "remove", "add-choice", "remove-choice"]);

export class QuestionBuilder extends HTMLElement {
  #made = 0;
  /** @type {HTMLElement | null} */
  #held = null;

  connectedCallback() {
    this.classList.add("ready");
    this.addEventListener("click", (event) => this.#pressed(event));
    this.addEventListener("dragstart", (event) => this.#take(event));
    this.addEventListener("dragover", (event) => this.#over(event));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.addEventListener("dragend", () => this.#release());
    this.#number();
  }

  get #cards() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".questions .question-card")]);
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    const [verb, key = ""] = (button?.value ?? "").split(":");
    if (!button || !key || !VERBS.has(verb)) return;
    event.preventDefault();
    const card = /** @type {HTMLElement} */ (button.closest(".question-card"));
    if (verb === "add") this.#add(key);
    if (verb === "up") card.previousElementSibling?.before(card);
    if (verb === "down") card.nextElementSibling?.after(card);
    if (verb === "up" || verb === "down") button.focus();
    if (verb === "remove") this.#remove(card, card.nextElementSibling ?? card.previousElementSibling);
    if (verb === "add-choice") this.#addChoice(card);
    if (verb === "remove-choice") button.closest("li")?.remove();
    this.#number();
    this.#changed();
  }

  /** @param {string} type */
  #add(type) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector(`template[data-type="${type}"]`));
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("KEY", this.#newKey("n"));
    const card = /** @type {HTMLElement} */ (holder.firstElementChild);
    this.querySelector(".questions")?.append(card);
    card.querySelector("textarea")?.focus();
  }

  /** @param {HTMLElement} card @param {Element | null} beside */
  #remove(card, beside) {
    card.remove();
    /** @type {HTMLElement | null} */ ((beside ?? this.querySelector(".adding"))?.querySelector("textarea, button"))?.focus();
  }

  /** @param {HTMLElement} card */
  #addChoice(card) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector(`template[data-type="${card.dataset.type}"]`));
    const holder = document.createElement("ul");
    const row = template.content.querySelector(".choice-row")?.outerHTML ?? "";
    holder.innerHTML = row.replaceAll("KEY", card.dataset.key ?? "").replaceAll("o0", this.#newKey("o"));
    const made = /** @type {HTMLElement} */ (holder.firstElementChild);
    card.querySelector(".choice-list ul")?.append(made);
    /** @type {HTMLElement | null} */ (made.querySelector("input[type=text]"))?.focus();
  }

  /** @param {string} letter */
  #newKey(letter) {
    this.#made += 1;
    return `${letter}x${this.#made}`;
  }

  #number() {
    for (const [index, card] of this.#cards.entries()) {
      /** @type {HTMLElement} */ (card.querySelector(".ordinal")).textContent = String(index + 1);
      /** @type {HTMLElement} */ (card.querySelector(".grip")).draggable = true;
    }
    this.querySelector(".none")?.toggleAttribute("hidden", this.#cards.length > 0);
  }

  /** @param {DragEvent} event */
  #take(event) {
    const card = /** @type {HTMLElement} */ (event.target).closest?.(".question-card");
    if (!card || !event.dataTransfer) return;
    this.#held = /** @type {HTMLElement} */ (card);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(card, 20, 20);
    this.#held.classList.add("held");
    this.classList.add("dragging");
  }

  /** @param {DragEvent} event */
  #over(event) {
    if (!this.#held) return;
    event.preventDefault();
    const over = /** @type {HTMLElement} */ (event.target).closest(".question-card");
    for (const card of this.#cards) card.classList.toggle("over", card === over && card !== this.#held);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    const over = /** @type {HTMLElement} */ (event.target).closest(".question-card");
    if (!this.#held || !over || over === this.#held) return;
    event.preventDefault();
    const isBehind = this.#cards.indexOf(this.#held) < this.#cards.indexOf(/** @type {HTMLElement} */ (over));
    if (isBehind) over.after(this.#held);
    else over.before(this.#held);
    this.#number();
    this.#changed();
  }

  #release() {
    for (const card of this.#cards) card.classList.remove("held", "over");
    this.classList.remove("dragging");
    this.#held = null;
  }

  #changed() {
    this.querySelector("form")?.dispatchEvent(new Event("input"));
  }
}
