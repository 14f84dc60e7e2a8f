// What a gradebook holds: columns, rows, what may be written into a cell, and averages by the core's rule.

/** `max` and `weight` in hundredths; 0 where there is none. @typedef {{key: string, kind: string, id: string, title: string, max: bigint, weight: bigint}} Column */
/** What lateness has taken off. @typedef {{column: number, raw_grade: string, kept_percent: string, days_late: number}} Reduction */
/** A mark of attendance, or a grade as `4.5`; null where there is none. @typedef {string | null} Value */
/** `late`: why less of a grade counts than was given, by place. @typedef {{id: string, name: string, link: string, cells: Value[], late: Map<number, string>}} Row */

const NUMBER = /^\d{1,6}([.,]\d{1,2})?$/;
const WHOLE = 10_000n;

/** Keys of marks in whatever layout, beside their letters. @type {Record<string, string[]>} */
const CODES = { present: ["KeyG", "KeyP"], absent: ["KeyY", "KeyN", "KeyA"], late: ["KeyJ", "KeyL"], excused: ["KeyE"] };

/** @param {string} number */
function cents(number) {
  const [whole, part = ""] = number.split(/[.,]/);
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, "0").slice(0, 2));
}

/**
 * One text for one value, however many zeros it came with.
 * @param {Value} value
 */
export function canonical(value) {
  if (value === null || !NUMBER.test(value)) return value;
  return decimal(cents(value));
}

/** @param {bigint} hundredths */
function decimal(hundredths) {
  const part = String(hundredths % 100n).padStart(2, "0").replace(/0+$/, "");
  return `${hundredths / 100n}${part && `.${part}`}`;
}

/**
 * The value of what was typed; undefined if it is none of the column.
 * @param {Column} column
 * @param {string} text
 * @param {Map<string, string>} letters Marks, by letter: who is excused has no grade.
 * @returns {Value | undefined}
 */
export function typed(column, text, letters = new Map()) {
  const said = text.trim().toLowerCase();
  if (!said) return null;
  if (column.kind === "control_point" && (said === "e" || letters.get(said) === "excused")) return "excused";
  return NUMBER.test(said) && cents(said) <= column.max ? canonical(said) : undefined;
}

/**
 * The mark of attendance that a key stands for.
 * @param {KeyboardEvent} event
 * @param {Map<string, string>} letters Marks, by letter.
 */
export function markOf({ key, code }, letters) {
  if (key === "+" || key === ".") return "present";
  return letters.get(key.toLowerCase()) ?? Object.keys(CODES).find((mark) => CODES[mark].includes(code));
}

/** @param {bigint} part @param {bigint} whole In percent, rounded half up; null where there is nothing. */
function percent(part, whole) {
  return whole ? decimal((2n * WHOLE * part + whole) / (2n * whole)) : null;
}

/** @param {bigint} one @param {bigint} other @returns {bigint} */
function divisor(one, other) {
  return other ? divisor(other, one % other) : one;
}

/**
 * Averages and rates of attendance of rows with these columns (`atg_core/gradebook/averages.py` says the same).
 * @param {Column[]} columns
 */
export function sums(columns) {
  const common = columns.reduce((all, { max }) => (max ? (all / divisor(all, max)) * max : all), 1n);
  return (/** @type {Value[]} */ cells) => {
    let [sum, weights, attended, counted] = [0n, 0n, 0n, 0n];
    columns.forEach(({ kind, max, weight }, place) => {
      const value = cells[place];
      if (value === null) return;
      if (kind !== "lesson") {
        if (!max || value === "excused") return;
        sum += weight * (common / max) * cents(value);
        weights += weight;
      } else if (value !== "excused") {
        counted += 1n;
        attended += value === "absent" ? 0n : 1n;
      }
    });
    return [percent(sum, common * weights), percent(attended, counted)];
  };
}

/**
 * The columns that a table's head tells.
 * @param {HTMLTableElement} table
 * @returns {Column[]}
 */
export function columnsOf(table) {
  const heads = /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("thead th[data-kind]"));
  return [...heads].map(({ dataset: { kind = "", id = "", max = "0", weight = "0" }, firstElementChild }) => ({
    ...{ key: `${kind}-${id}`, kind, id, title: firstElementChild?.textContent ?? "" },
    ...{ max: cents(max), weight: cents(weight) },
  }));
}

/**
 * The rows of a table as the server drew it.
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 * @returns {Row[]}
 */
export function rowsOf(table, columns) {
  return [...table.tBodies[0].rows].map((line) => {
    const link = /** @type {HTMLAnchorElement} */ (line.cells[0].firstElementChild);
    /** @type {Map<number, string>} */
    const late = new Map();
    const cells = columns.map((column, place) => {
      const cell = line.cells[place + 1];
      if (cell.title) late.set(place, cell.title);
      const mark = column.kind === "lesson" || cell.className === "excused" ? cell.className : "";
      return mark || canonical((cell.textContent ?? "").replace(",", ".")) || null;
    });
    return { id: line.dataset.student ?? "", name: link.textContent ?? "", link: link.pathname, cells, late };
  });
}

/**
 * The rows of a further part, with the columns that are shown.
 * @param {{columns: {kind: string, id: number}[], rows: {student_id: string, name: string, cells: Value[], reductions: Reduction[]}[]}} part
 * @param {Column[]} columns
 * @param {string} address
 * @param {(reduction: Reduction) => string} told
 * @returns {Row[]}
 */
export function rowsOfPart(part, columns, address, told) {
  const places = new Map(part.columns.map(({ kind, id }, place) => [`${kind}-${id}`, place]));
  const shown = new Map(columns.map(({ key }, place) => [places.get(key) ?? -1, place]));
  return part.rows.map(({ student_id: id, name, cells, reductions }) => ({
    ...{ id, name, link: `${address}/students/${id}` },
    late: new Map(reductions.map((each) => [shown.get(each.column) ?? -1, told(each)])),
    cells: columns.map(({ key }) => canonical(cells[places.get(key) ?? -1] ?? null)),
  }));
}
