// What a gradebook asks of the API: the next rows, and to save changes.
import { call } from "./console.js";
import { rowsOfPart } from "./grade-sheet.js";
import { say } from "./grade-state.js";

/** @typedef {import("./grade-sheet.js").Column} Column */
/** @typedef {import("./grade-sheet.js").Row} Row */
/** @typedef {import("./grade-outbox.js").Change} Change */

/** Rows that the API gives at once. */
const MOST = 500;

/**
 * Saves changes of one column, each upon the value before it; all or none.
 * @param {Change[]} changes
 */
export async function save(changes) {
  const [kind, id] = changes[0].column.split("-");
  const isLesson = kind === "lesson";
  const body = changes.map(({ student, was, value }) =>
    isLesson ? { student_id: student, status: value, was } : { student_id: student, ...graded(value), ...before(was) },
  );
  await call("PUT", isLesson ? `/schedule/lessons/${id}/attendance` : `/control-points/${id}/grades`, body);
}

/** @param {string | null} value Who is excused has no grade. */
function graded(value) {
  return value === "excused" ? { grade: null, excused: true } : { grade: value };
}

/** @param {string | null} was */
function before(was) {
  return was === "excused" ? { was: null, was_excused: true } : { was };
}

/** The further parts of a long gradebook, read when their rows come into view. */
export class Parts {
  #isReading = false;

  /**
   * @param {DOMStringMap} words
   * @param {Column[]} columns
   * @param {(rows: Row[] | null) => void} read Told of the rows, null where they could not be read.
   */
  constructor(words, columns, read) {
    this.words = words;
    this.columns = columns;
    this.read = read;
    this.cursor = words.cursor;
  }

  async next() {
    if (!this.cursor || this.#isReading) return false;
    this.#isReading = true;
    const { group, part, query, address = "" } = this.words;
    const path = `/groups/${group}/gradebook?size=${part}&cursor=${encodeURIComponent(this.cursor)}&${query}`;
    try {
      const found = await call("GET", path);
      this.cursor = found.next_cursor;
      this.#isReading = false;
      this.read(rowsOfPart(found, this.columns, address, (each) => this.#told(each)));
      return true;
    } catch {
      this.#isReading = false;
      this.read(null);
      return false;
    }
  }

  /**
   * The first rows as they are now; none where they can not be read.
   * @param {number} count
   */
  async again(count) {
    const { group, query, address = "" } = this.words;
    const path = `/groups/${group}/gradebook?size=${Math.min(count, MOST)}&${query}`;
    const found = await call("GET", path).catch(() => null);
    return found ? rowsOfPart(found, this.columns, address, (each) => this.#told(each)) : [];
  }

  /** @param {import("./grade-sheet.js").Reduction} late */
  #told({ raw_grade, kept_percent, days_late }) {
    const comma = this.words.comma ?? ".";
    const [grade, percent] = [Number(raw_grade), 100 - Number(kept_percent)].map((each) => String(each).replace(".", comma));
    return say(this.words.reduced, { grade, percent, days: String(days_late) });
  }

  /** Whether there is nothing more then. */
  async all() {
    while (this.cursor) if (!(await this.next())) return false;
    return true;
  }
}
