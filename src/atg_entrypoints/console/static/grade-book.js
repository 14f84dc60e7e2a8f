// A gradebook on a page: its rows, what of them is saved, and what the page says of that.
import { tell } from "./console.js";
import { Parts } from "./grade-api.js";
import { lineOf, paint } from "./grade-line.js";
import { Outbox } from "./grade-outbox.js";
import { Rows } from "./grade-rows.js";
import { columnsOf, rowsOf, sums } from "./grade-sheet.js";
import { State, say } from "./grade-state.js";

/** @typedef {import("./grade-sheet.js").Row} Row */
/** @typedef {import("./grade-sheet.js").Value} Value */
/** @typedef {import("./grade-outbox.js").Change} Change */
/** @typedef {import("./grade-line.js").Look} Look */

export class Gradebook {
  /** How often changes were written, sent or settled. */
  moves = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.words = element.dataset;
    this.table = /** @type {HTMLTableElement} */ (element.querySelector("table"));
    this.state = new State(element);
    this.columns = columnsOf(this.table);
    this.sheet = rowsOf(this.table, this.columns);
    this.outbox = new Outbox(`atg-grades/${this.words.user}/${this.words.group}`, {
      saved: (change) => this.heard(change),
      late: (change) => this.heard(change, `${this.late(change)} ${this.words.choose}`),
      refused: (change, why) => this.refused(change, why),
      moved: () => this.moved(),
    });
    const [statuses, letters] = [this.words.statuses, this.words.letters].map((words) => (words ?? "").split(" "));
    const marks = new Map(statuses.map((status, place) => [status, letters[place]]));
    this.letters = new Map(statuses.map((status, place) => [letters[place], status]));
    /** @type {Look} */
    this.look = {
      columns: this.columns,
      sums: sums(this.columns),
      word: (mark) => this.words.marked?.split("|")[statuses.indexOf(mark)] ?? mark,
      shown: (value) => marks.get(value ?? "") ?? (value ?? "").replace(".", this.words.comma ?? "."),
      change: (column, row) => this.outbox.find(column.key, row.id),
      late: (change) => this.late(change),
    };
    this.withKept(this.sheet);
    this.parts = new Parts(this.words, this.columns, (rows) => this.read(rows));
    this.rows = new Rows(this.table, /** @type {HTMLElement} */ (this.table.parentElement), {
      count: () => this.sheet.length,
      line: (place) => lineOf(this.sheet[place], this.look),
      leaving: () => this.table.focus({ preventScroll: true }),
      atEnd: () => this.parts.next(),
    });
    this.part("[name=print]").addEventListener("click", () => this.print());
    this.state.tell(this.outbox);
    this.outbox.flush();
  }

  /** @param {string} selector */
  part(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }

  /** @param {Value} [value] */
  spoken(value = null) {
    return this.look.shown(value) || (this.words.nothing ?? "");
  }

  /** @param {Change} change */
  nameOf(change) {
    const column = this.columns.find(({ key }) => key === change.column);
    return `${this.rowOf(change)?.name ?? ""}, ${column?.title ?? ""}`;
  }

  /** @param {Change} change */
  rowOf({ student }) {
    return this.sheet.find(({ id }) => id === student);
  }

  /** @param {Change} change */
  late(change) {
    const [mine, theirs] = [this.spoken(change.value), this.spoken(change.theirs)];
    return say(this.words.late, { cell: this.nameOf(change), mine, theirs });
  }

  /** With what is kept in this browser, which the server does not have yet. @param {Row[]} rows */
  withKept(rows) {
    for (const row of rows) {
      row.cells = row.cells.map((cell, place) => {
        const kept = this.outbox.find(this.columns[place].key, row.id);
        return kept ? kept.value : cell;
      });
    }
  }

  /** @param {Row[] | null} rows */
  read(rows) {
    if (rows === null) return tell(this.words.failed ?? "");
    this.withKept(rows);
    this.sheet.push(...rows);
    this.rows.ask();
  }

  moved() {
    this.moves += 1;
    this.state.tell(this.outbox);
  }

  /** @param {Row} row */
  repaint(row) {
    const line = this.rows.drawn.get(this.sheet.indexOf(row));
    if (line) paint(line, row, this.look);
  }

  /** @param {Change} change @param {string} [what] */
  heard(change, what) {
    const row = this.rowOf(change);
    if (row) this.repaint(row);
    if (what) tell(what);
  }

  /** What the server will not have: its value is told, and the cell is as it was. @param {Change} change @param {string} why */
  refused(change, why) {
    this.assign(change, change.was);
    this.state.add(say(this.words.refused, { cell: this.nameOf(change), value: this.spoken(change.value), why }));
  }

  /** @param {Change} change @param {Value} value */
  assign(change, value) {
    const row = this.rowOf(change);
    if (!row) return;
    row.cells[this.columns.findIndex(({ key }) => key === change.column)] = value;
    this.repaint(row);
  }

  /** @param {Row} row @param {number} place @param {Value} value */
  set(row, place, value) {
    const before = row.cells[place];
    const { key } = this.columns[place];
    this.state.warn("");
    if (value === before && !("theirs" in (this.outbox.find(key, row.id) ?? {}))) return;
    row.cells[place] = value;
    this.outbox.put(key, row.id, before, value);
    this.repaint(row);
  }

  async print() {
    if (await this.parts.all()) print();
  }
}
