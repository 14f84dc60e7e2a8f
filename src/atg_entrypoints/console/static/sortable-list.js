// <sortable-list>: the items of its lists are moved by drag, and by the arrow keys on their grips.
// A list: `data-order` takes the ids of its items; with `data-move` an item may come from a list of the same `data-order`,
// and `data-field` of it becomes the list's `data-parent`.
import { call, tell } from "./console.js";

class SortableList extends HTMLElement {
  /** @type {HTMLElement | null} */
  #held = null;
  /** @type {HTMLElement | null} */
  #from = null;
  /** @type {Element | null} What stood behind the held item. */
  #behind = null;
  /** @type {Promise<void>} */
  #saving = Promise.resolve();

  connectedCallback() {
    for (const grip of this.#grips) {
      grip.hidden = false;
      grip.draggable = true;
    }
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("dragstart", (event) => this.#take(event));
    this.addEventListener("dragover", (event) => this.#over(event));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#drop();
    });
    this.addEventListener("dragend", () => this.#giveUp());
  }

  get #grips() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".grip"));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const grip = /** @type {HTMLElement} */ (event.target);
    if (!grip.matches(".grip") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const item = /** @type {HTMLElement} */ (grip.closest("[data-id]"));
    const from = /** @type {HTMLElement} */ (item.parentElement);
    const isUp = event.key === "ArrowUp";
    const beside = isUp ? item.previousElementSibling : item.nextElementSibling;
    if (beside) isUp ? beside.before(item) : beside.after(item);
    else if (!this.#leave(item, from, isUp)) return;
    grip.focus();
    this.#moved(item, from);
  }

  /**
   * Past the end of its list it goes into the one before or behind.
   * @param {HTMLElement} item @param {HTMLElement} from @param {boolean} isUp
   */
  #leave(item, from, isUp) {
    if (!from.dataset.move) return false;
    const lists = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(`[data-order="${from.dataset.order}"]`)]);
    const to = lists[lists.indexOf(from) + (isUp ? -1 : 1)];
    if (!to) return false;
    isUp ? to.append(item) : to.prepend(item);
    return true;
  }

  /** @param {DragEvent} event */
  #take(event) {
    const item = /** @type {HTMLElement} */ (event.target).closest?.("[data-id]");
    if (!item || !event.dataTransfer) return;
    this.#held = /** @type {HTMLElement} */ (item);
    this.#from = item.parentElement;
    this.#behind = item.nextElementSibling;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#held.dataset.name ?? "");
    event.dataTransfer.setDragImage(item, 20, 20);
    this.#held.classList.add("held");
  }

  /** @param {DragEvent} event */
  #over(event) {
    const list = /** @type {HTMLElement | null} */ (
      /** @type {HTMLElement} */ (event.target).closest(`[data-order="${this.#from?.dataset.order}"]`)
    );
    if (!this.#held || !list || (list !== this.#from && !list.dataset.move)) return;
    event.preventDefault();
    const others = [...list.children].filter((each) => each !== this.#held);
    const next = others.find((each) => {
      const { top, height } = each.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    if (next) next.before(this.#held);
    else list.append(this.#held);
  }

  #drop() {
    const [item, from] = this.#release();
    if (item && from) this.#moved(item, from);
  }

  /** What was not dropped, as by Escape, goes back to its place. */
  #giveUp() {
    const behind = this.#behind;
    const [item, from] = this.#release();
    if (item) from?.insertBefore(item, behind);
  }

  #release() {
    const [item, from] = [this.#held, this.#from];
    item?.classList.remove("held");
    this.#held = this.#from = this.#behind = null;
    return [item, from];
  }

  /** @param {HTMLElement} item @param {HTMLElement} from */
  #moved(item, from) {
    const list = /** @type {HTMLElement} */ (item.parentElement);
    const items = /** @type {HTMLElement[]} */ ([...list.children]);
    for (const each of new Set([list, from])) this.#steps(each);
    const place = String(items.indexOf(item) + 1);
    const said = (this.dataset.moved ?? "").replace("{place}", place).replace("{count}", String(items.length));
    tell(said.replace("{name}", item.dataset.name ?? ""));
    const ids = items.map((each) => Number(each.dataset.id));
    this.#saving = this.#saving.then(() => this.#save(item, list, from, ids));
  }

  /** @param {HTMLElement} list The first item goes no further up, the last no further down. */
  #steps(list) {
    const items = [...list.children];
    for (const [index, item] of items.entries()) {
      const [up, down] = item.querySelectorAll(":scope > .tools > [name=move], :scope > .branch > .tools > [name=move]");
      up.toggleAttribute("disabled", index === 0);
      down.toggleAttribute("disabled", index === items.length - 1);
    }
  }

  /** @param {HTMLElement} item @param {HTMLElement} list @param {HTMLElement} from @param {number[]} ids */
  async #save(item, list, from, ids) {
    const { move, field, parent, order } = list.dataset;
    try {
      if (list !== from) await call("PUT", `${move}${item.dataset.id}`, { [field ?? ""]: Number(parent) });
      await call("PUT", order ?? "", ids);
    } catch {
      tell(this.dataset.failed ?? "");
      setTimeout(() => location.reload(), 3000);
    }
  }
}

customElements.define("sortable-list", SortableList);
