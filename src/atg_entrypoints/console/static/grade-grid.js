// <grade-grid>: a gradebook that is filled in by the keyboard; a change is shown at once and sent upon the value before.
import { tell } from "./console.js";
import { Writing } from "./grade-writing.js";

const FAR = 1e6;

class Grid extends Writing {
  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.table.setAttribute("role", "grid");
    for (const link of this.table.querySelectorAll("thead a")) link.setAttribute("tabindex", "-1");
    for (const name of ["tabindex", "role", "aria-label"]) this.rows.scroll.removeAttribute(name);
    this.part(".grid-tools").hidden = false;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.refresh());
    this.part("[name=undo]").addEventListener("click", () => this.takeBack());
    this.table.addEventListener("keydown", (event) => this.pressed(event));
    this.table.addEventListener("focusin", (event) => this.focused(/** @type {HTMLElement} */ (event.target)));
    this.table.addEventListener("dblclick", () => this.doubled());
    this.table.addEventListener("click", (event) => {
      if (/** @type {PointerEvent} */ (event).pointerType === "touch") this.doubled();
      else this.choice();
    });
    this.rows.drawn.get(0)?.cells[1].setAttribute("tabindex", "0");
    this.rows.draw();
  }

  /** What others have written while the page was out of sight; not if something is written here meanwhile. */
  async refresh() {
    if (this.outbox.waiting.length) return;
    const { moves } = this;
    const cells = new Map((await this.parts.again(this.sheet.length)).map((row) => [row.id, row.cells]));
    if (moves !== this.moves) return;
    for (const row of this.sheet) row.cells = cells.get(row.id) ?? row.cells;
    this.withKept(this.sheet);
    for (const row of this.sheet) this.repaint(row);
  }

  /** @param {HTMLElement} target */
  focused(target) {
    const cell = /** @type {HTMLTableCellElement | null} */ (target.closest("td, th"));
    const line = /** @type {HTMLTableRowElement | null} */ (cell?.parentElement);
    if (!cell || !line || target instanceof HTMLInputElement) return;
    const place = this.sheet.findIndex(({ id }) => id === line.dataset.student);
    this.at = { row: place, column: cell.cellIndex };
    for (const other of this.table.querySelectorAll("[tabindex='0']")) other.setAttribute("tabindex", "-1");
    target.tabIndex = 0;
    this.table.querySelector("tr.chosen")?.classList.remove("chosen");
    line.classList.toggle("chosen", place >= 0);
    const link = /** @type {HTMLAnchorElement} */ (this.part("[data-history]"));
    if (this.column && this.row) link.href = `${this.words.address}/${this.column.key}/history/${this.row.id}`;
    else link.removeAttribute("href");
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { row, column } = this.at;
    const isFar = event.ctrlKey || event.metaKey;
    /** @type {Record<string, [number, number]>} */
    const steps = {
      ...{ ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1] },
      ...{ PageDown: [row + this.rows.page, column], PageUp: [Math.max(0, row - this.rows.page), column] },
      ...{ Home: [isFar ? 0 : row, isFar ? 1 : 0], End: [isFar ? FAR : row, isFar ? column : FAR] },
    };
    if (steps[event.key]) {
      event.preventDefault();
      this.go(...steps[event.key]);
    } else if (isFar && event.code === "KeyZ") {
      event.preventDefault();
      this.takeBack();
    } else if (this.column && this.row && !isFar && !event.altKey) {
      this.wrote(event);
    }
  }

  /** @param {KeyboardEvent} event */
  wrote(event) {
    const isKey = event.key.length === 1 && event.key !== " ";
    const isEmptied = event.key === "Delete" || event.key === "Backspace";
    if (!isKey && !isEmptied && event.key !== "Enter" && event.key !== "F2") return;
    event.preventDefault();
    if (this.column.kind === "homework") tell(this.words.readonly ?? "");
    else if (isEmptied) this.write(null);
    else if (this.choice()) return;
    else if (this.column.kind === "lesson") this.mark(isKey ? event : undefined);
    else this.edit(isKey ? event.key : undefined);
  }

  doubled() {
    if (!this.column || !this.row || this.column.kind === "homework" || this.choice()) return;
    if (this.column.kind === "lesson") this.mark();
    else this.edit();
  }
}

customElements.define(
  "grade-grid",
  class extends HTMLElement {
    connectedCallback() {
      new Grid(this);
    }
  },
);
