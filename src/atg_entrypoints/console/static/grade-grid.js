// <grade-grid>: a gradebook that is filled in by the keyboard; a change is shown at once and sent upon the value before.
import { tell } from "./console.js";
import { Gradebook } from "./grade-book.js";
import { choose, edit } from "./grade-line.js";
import { markOf, typed } from "./grade-sheet.js";

/** @typedef {import("./grade-sheet.js").Value} Value */

const CYCLE = ["present", "absent", "late", "excused", null];
const FAR = 1e6;

class Grid extends Gradebook {
  /** Row -1 is that of titles, column 0 that of names. */
  at = { row: 0, column: 1 };

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.table.setAttribute("role", "grid");
    this.table.tabIndex = -1;
    for (const link of this.table.querySelectorAll("thead a")) link.setAttribute("tabindex", "-1");
    for (const name of ["tabindex", "role", "aria-label"]) this.rows.scroll.removeAttribute(name);
    this.part(".grid-tools").hidden = false;
    this.table.addEventListener("keydown", (event) => this.pressed(event));
    this.table.addEventListener("focusin", (event) => this.focused(/** @type {HTMLElement} */ (event.target)));
    this.table.addEventListener("dblclick", () => this.doubled());
    this.table.addEventListener("click", () => this.choice());
    this.rows.drawn.get(0)?.cells[1].setAttribute("tabindex", "0");
  }

  get column() {
    return this.columns[this.at.column - 1];
  }

  get row() {
    return this.sheet[this.at.row];
  }

  get change() {
    return this.column && this.row && this.outbox.find(this.column.key, this.row.id);
  }

  /** The cell where one is, drawn if it was not. */
  cell() {
    const line = this.at.row < 0 ? this.table.rows[0] : this.rows.show(this.at.row);
    return /** @type {HTMLTableCellElement} */ (line?.cells[this.at.column]);
  }

  /** @param {number} row @param {number} column */
  go(row, column) {
    const last = this.columns.length + 2;
    this.at = { row: Math.min(Math.max(row, -1), this.sheet.length - 1), column: Math.min(Math.max(column, 0), last) };
    const cell = this.cell();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    const inside = cell.querySelector("a") ?? cell;
    inside.tabIndex = 0;
    inside.focus({ preventScroll: true });
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

  /** @param {Value} value */
  write(value) {
    this.undo.push({ row: this.row, place: this.at.column - 1, value: this.row.cells[this.at.column - 1] });
    this.set(this.row, this.at.column - 1, value);
  }

  /** A mark by its letter goes down; Enter without one takes the next mark. @param {KeyboardEvent} [key] */
  mark(key) {
    const value = key ? markOf(key, this.letters) : CYCLE[(CYCLE.indexOf(this.row.cells[this.at.column - 1]) + 1) % CYCLE.length];
    if (value === undefined) tell(this.words.marks ?? "");
    else this.write(value);
    if (key && value !== undefined) this.go(this.at.row + 1, this.at.column);
  }

  /** @param {string} [key] */
  edit(key) {
    const { row, column } = this.at;
    const { title, max } = this.column;
    const most = this.look.shown(String(Number(max) / 100));
    const text = key ?? this.look.shown(this.row.cells[column - 1]);
    edit(this.cell(), text, `${this.row.name}, ${title}, 0–${most}`, (written, step) => {
      const value = written === null ? this.sheet[row].cells[column - 1] : typed(this.columns[column - 1], written);
      const why = this.say(this.words.range, { max: most });
      if (value === undefined && step) {
        tell(why);
        return false;
      }
      const cell = { cell: `${this.sheet[row].name}, ${title}`, value: written ?? "", why };
      this.repaint(this.sheet[row]);
      if (value === undefined) this.warn(this.say(this.words.refused, cell));
      else if (value !== this.sheet[row].cells[column - 1]) {
        this.at = { row, column };
        this.write(value);
      }
      if (step) this.go(row + step[0], column + step[1]);
      return true;
    });
  }

  /** Of a cell that was changed by somebody else meanwhile: whose value stays. */
  choice() {
    const { change, row, column } = this;
    if (!change || !("theirs" in change) || !row) return false;
    const { mine = "", theirs = "" } = this.words;
    const values = [this.say(mine, { value: this.spoken(change.value) }), this.say(theirs, { value: this.spoken(change.theirs) })];
    choose(this.part(".late-choice"), this.cell(), [this.late(change), values[0], values[1]], (isMine) => {
      const at = this.columns.indexOf(column) + 1;
      if (isMine !== null) this.outbox.choose(change, isMine);
      if (isMine === false) this.assign(change, change.theirs ?? null);
      this.repaint(row);
      this.go(this.sheet.indexOf(row), at);
    });
    return true;
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
