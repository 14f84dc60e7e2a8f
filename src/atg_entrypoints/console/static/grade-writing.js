// What is written into the cell where one is: marks, grades, and the choice between two values.
import { tell } from "./console.js";
import { Gradebook } from "./grade-book.js";
import { choose, edit } from "./grade-line.js";
import { markOf, typed } from "./grade-sheet.js";
import { say } from "./grade-state.js";

/** @typedef {import("./grade-sheet.js").Row} Row */
/** @typedef {import("./grade-sheet.js").Value} Value */

const CYCLE = ["present", "absent", "late", "excused", null];

export class Writing extends Gradebook {
  /** What was before each change, the last one last. @type {{row: Row, place: number, value: Value}[]} */
  undo = [];
  /** Row -1 is that of titles, column 0 that of names. */
  at = { row: 0, column: 1 };

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

  /** @param {Value} value */
  write(value) {
    this.undo.push({ row: this.row, place: this.at.column - 1, value: this.row.cells[this.at.column - 1] });
    this.set(this.row, this.at.column - 1, value);
    this.undoable();
  }

  undoable() {
    /** @type {HTMLButtonElement} */ (this.part("[name=undo]")).disabled = !this.undo.length;
  }

  takeBack() {
    const last = this.undo.pop();
    if (!last) return;
    this.set(last.row, last.place, last.value);
    tell(say(this.words.undone, { cell: `${last.row.name}, ${this.columns[last.place].title}` }));
    this.undoable();
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
      const value = written === null ? this.sheet[row].cells[column - 1] : typed(this.columns[column - 1], written, this.letters);
      const why = say(this.words.range, { max: most });
      if (value === undefined && step) {
        tell(why);
        return false;
      }
      const cell = { cell: `${this.sheet[row].name}, ${title}`, value: written ?? "", why };
      this.repaint(this.sheet[row]);
      if (value === undefined) this.state.warn(say(this.words.refused, cell));
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
    const values = [say(mine, { value: this.spoken(change.value) }), say(theirs, { value: this.spoken(change.theirs) })];
    choose(this.part(".late-choice"), this.cell(), [this.late(change), values[0], values[1]], (isMine) => {
      const at = this.columns.indexOf(column) + 1;
      if (isMine !== null) this.outbox.choose(change, isMine);
      if (isMine === false) this.assign(change, change.theirs ?? null);
      this.repaint(row);
      this.go(this.sheet.indexOf(row), at);
    });
    return true;
  }
}
