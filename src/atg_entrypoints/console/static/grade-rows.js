// The rows of a grid, drawn as they come into view: two rows of empty space stand for those above and below.

const EXTRA = 6;
const FIRST_LINE = 2;

/** @param {HTMLTableElement} table */
function spaceOf(table) {
  const body = document.createElement("tbody");
  body.setAttribute("aria-hidden", "true");
  body.className = "space";
  body.insertRow().insertCell().colSpan = table.rows[0].cells.length;
  return body;
}

export class Rows {
  /** Lines that are drawn, by place. @type {Map<number, HTMLTableRowElement>} */
  drawn = new Map();
  isWhole = false;
  #isAsked = false;

  /**
   * @param {HTMLTableElement} table
   * @param {HTMLElement} scroll
   * @param {{count: () => number, line: (place: number) => HTMLTableRowElement, leaving: (line: HTMLElement) => void, atEnd: () => void}} sheet
   */
  constructor(table, scroll, sheet) {
    this.table = table;
    this.scroll = scroll;
    this.sheet = sheet;
    this.body = table.tBodies[0];
    this.height = this.body.rows[0].getBoundingClientRect().height || 36;
    this.head = table.tHead?.getBoundingClientRect().height ?? 0;
    this.above = spaceOf(table);
    this.below = spaceOf(table);
    this.body.before(this.above);
    this.body.after(this.below);
    this.body.replaceChildren();
    scroll.addEventListener("scroll", () => this.ask(), { passive: true });
    new ResizeObserver(() => this.ask()).observe(scroll);
    addEventListener("beforeprint", () => this.#print(true));
    addEventListener("afterprint", () => this.#print(false));
    this.draw();
  }

  /** How many rows are seen at once. */
  get page() {
    return Math.max(1, Math.floor((this.scroll.clientHeight - this.head) / this.height) - 1);
  }

  ask() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.draw();
    });
  }

  draw() {
    const count = this.sheet.count();
    const top = Math.floor(this.scroll.scrollTop / this.height);
    const first = this.isWhole ? 0 : Math.max(0, Math.min(top, count) - EXTRA);
    const last = this.isWhole ? count : Math.min(count, top + this.page + 2 * EXTRA);
    for (const [place, line] of this.drawn) {
      if (place >= first && place < last) continue;
      if (line.contains(document.activeElement)) this.sheet.leaving(line);
      line.remove();
      this.drawn.delete(place);
    }
    /** @type {HTMLTableRowElement | null} */
    let next = null;
    for (let place = last - 1; place >= first; place -= 1) {
      const line = this.drawn.get(place) ?? this.sheet.line(place);
      if (!this.drawn.has(place)) {
        line.ariaRowIndex = String(place + FIRST_LINE);
        this.drawn.set(place, line);
        this.body.insertBefore(line, next);
      }
      next = line;
    }
    this.#space(this.above, first);
    this.#space(this.below, count - last);
    // Whoever comes by Tab gets in, also where the cell that was the last one is out of view.
    this.table.tabIndex = this.table.querySelector("[tabindex='0']") ? -1 : 0;
    if (last === count) this.sheet.atEnd();
  }

  /** @param {HTMLTableSectionElement} body @param {number} rows */
  #space(body, rows) {
    body.hidden = !rows;
    body.rows[0].cells[0].style.height = `${rows * this.height}px`;
  }

  /**
   * Brings a row into view.
   * @param {number} place
   */
  show(place) {
    if (!this.drawn.has(place)) {
      this.scroll.scrollTop = Math.max(0, (place - this.page / 2) * this.height);
      this.draw();
    }
    return this.drawn.get(place);
  }

  /** @param {boolean} isWhole */
  #print(isWhole) {
    this.isWhole = isWhole;
    this.draw();
  }
}
