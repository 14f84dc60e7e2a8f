// Changes of cells on their way to the server: kept in this browser until it has them, each upon the value before it.
import { save } from "./grade-api.js";
import { canonical } from "./grade-sheet.js";

/** @typedef {import("./grade-sheet.js").Value} Value */
/** `theirs`: what somebody else has written meanwhile. @typedef {{column: string, student: string, was: Value, value: Value, theirs?: Value}} Change */
/** @typedef {{saved: (change: Change) => void, late: (change: Change) => void, refused: (change: Change, why: string) => void, moved: () => void}} Heard */
/** @typedef {{status?: number, code?: string, message: string, current?: Record<string, Value>[], errors?: {field: string, message: string}[]}} Problem */

const AGAIN_MS = 5000;
const MOST = 100; // Browsers send 64 KB at most of what outlives its page.

export class Outbox {
  /** @type {Map<string, Change>} */
  #changes = new Map();
  #isSending = false;
  isAway = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;

  /**
   * @param {string} prefix Of what is kept: that of a person and a group.
   * @param {Heard} heard
   */
  constructor(prefix, heard) {
    this.prefix = prefix;
    this.heard = heard;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${prefix}/`)) this.#changes.set(key, JSON.parse(localStorage.getItem(key) ?? ""));
    }
    addEventListener("online", () => this.flush());
  }

  /** @param {{column: string, student: string}} of */
  #key({ column, student }) {
    return `${this.prefix}/${column}/${student}`;
  }

  /** @param {string} column @param {string} student */
  find(column, student) {
    return this.#changes.get(this.#key({ column, student }));
  }

  get waiting() {
    return [...this.#changes.values()].filter((change) => !("theirs" in change));
  }

  get late() {
    return [...this.#changes.values()].filter((change) => "theirs" in change);
  }

  /**
   * Upon what was there before the first change that the server does not have yet.
   * @param {string} column @param {string} student @param {Value} was @param {Value} value
   */
  put(column, student, was, value) {
    const known = this.find(column, student);
    const before = known && "theirs" in known ? known.theirs : known?.was;
    this.#keep({ column, student, was: known ? (before ?? null) : was, value });
    this.flush();
  }

  /** @param {Change} change @param {boolean} isMine */
  choose(change, isMine) {
    if (isMine) return this.put(change.column, change.student, null, change.value);
    this.#drop(change);
    return this.heard.moved();
  }

  /** In memory alone where the browser keeps nothing. @param {Change} change */
  #keep(change) {
    const key = this.#key(change);
    this.#changes.set(key, change);
    try {
      localStorage.setItem(key, JSON.stringify(change));
    } catch {} // It keeps nothing, or no more.
    this.heard.moved();
  }

  /** @param {Change} change */
  #drop(change) {
    this.#changes.delete(this.#key(change));
    localStorage.removeItem(this.#key(change));
  }

  /** Sends what waits, a column at a time. */
  async flush() {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#again);
    for (let some = this.#next(); some.length && (await this.#send(some)); ) some = this.#next();
    this.#isSending = false;
    if (this.waiting.length) this.#again = setTimeout(() => this.flush(), AGAIN_MS);
    this.heard.moved();
  }

  #next() {
    const [first, ...others] = this.waiting;
    return first ? [first, ...others.filter(({ column }) => column === first.column)].slice(0, MOST) : [];
  }

  /** @param {Change[]} sent Whether to go on. */
  async #send(sent) {
    try {
      await save(sent);
      for (const change of sent) this.#saved(change);
      this.isAway = false;
      return true;
    } catch (problem) {
      return this.#failed(/** @type {Problem} */ (problem), sent);
    }
  }

  /** @param {Change} sent */
  #saved(sent) {
    const now = this.find(sent.column, sent.student);
    if (now && now.value !== sent.value) this.#keep({ ...now, was: sent.value });
    else this.#drop(sent);
    this.heard.saved(sent);
  }

  /** @param {Problem} problem @param {Change[]} sent Whether to go on. */
  #failed(problem, sent) {
    if (!problem.status || problem.status === 401 || problem.status === 429 || problem.status >= 500) {
      this.isAway = true;
      return false;
    }
    const rows = new Map(sent.map((change) => [change.student, change]));
    const late = problem.code === "changed_meanwhile" ? (problem.current ?? []) : [];
    for (const { student_id: student, ...now } of late) {
      const mine = rows.get(student ?? "");
      const theirs = "excused" in now ? "excused" : canonical(Object.values(now)[0]);
      if (!mine) continue;
      if (mine.value === theirs) this.#saved(mine);
      else {
        const change = { ...(this.find(mine.column, mine.student) ?? mine), theirs };
        this.#keep(change);
        this.heard.late(change);
      }
    }
    if (late.length) return true;
    const named = (problem.errors ?? []).map(({ field, message }) => ({ place: Number.parseInt(field.slice(1)), message }));
    const refused = named.filter(({ place }) => place in sent);
    for (const { place, message } of refused.length ? refused : sent.map((_, place) => ({ place, message: problem.message }))) {
      this.#drop(sent[place]);
      this.heard.refused(sent[place], message);
    }
    return true;
  }
}
