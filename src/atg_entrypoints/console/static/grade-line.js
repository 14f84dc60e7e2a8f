// A row of a gradebook as it is drawn, and a cell of it with its state.

/** @typedef {import("./grade-sheet.js").Column} Column */
/** @typedef {import("./grade-sheet.js").Row} Row */
/** @typedef {import("./grade-sheet.js").Value} Value */
/** @typedef {import("./grade-outbox.js").Change} Change */
/** @typedef {{columns: Column[], sums: (cells: Value[]) => Value[], shown: (value: Value) => string, word: (value: string) => string, change: (column: Column, row: Row) => Change | undefined, late: (change: Change) => string}} Look */

/**
 * @param {Row} row
 * @param {Look} look
 */
export function lineOf(row, look) {
  const line = document.createElement("tr");
  line.dataset.student = row.id;
  const head = document.createElement("th");
  head.scope = "row";
  const link = document.createElement("a");
  link.href = row.link;
  link.textContent = row.name;
  link.tabIndex = -1;
  head.append(link);
  line.append(head);
  for (let count = look.columns.length + 2; count; count -= 1) line.insertCell().tabIndex = -1;
  paint(line, row, look);
  return line;
}

/**
 * Every cell as it is now, but for one that is being written.
 * @param {HTMLTableRowElement} line
 * @param {Row} row
 * @param {Look} look
 */
export function paint(line, row, look) {
  look.columns.forEach((column, place) => {
    const cell = line.cells[place + 1];
    if (cell.classList.contains("editing")) return;
    const value = row.cells[place];
    const change = look.change(column, row);
    const isLate = change !== undefined && "theirs" in change;
    const note = row.late.get(place) ?? "";
    const mark = column.kind === "lesson" || value === "excused" ? (value ?? "") : "";
    const kind = column.kind === "homework" ? `readonly ${note ? "reduced" : mark}`.trim() : mark;
    const className = `${kind} ${isLate ? "conflict" : change ? "waiting" : ""}`.trim();
    const text = isLate ? `${look.shown(value) || "–"} ≠ ${look.shown(change.theirs ?? null) || "–"}` : look.shown(value);
    if (cell.className !== className) cell.className = className;
    if (cell.textContent !== text) cell.textContent = text;
    if (isLate) cell.ariaLabel = look.late(change);
    else if (mark) cell.ariaLabel = look.word(mark);
    else if (note) cell.ariaLabel = `${look.shown(value)}: ${note}`;
    else cell.removeAttribute("aria-label");
    if (cell.title !== note) cell.title = note;
    if (column.kind === "homework") cell.ariaReadOnly = "true";
  });
  look.sums(row.cells).forEach((value, place) => {
    const cell = line.cells[look.columns.length + 1 + place];
    cell.className = "sum";
    cell.ariaReadOnly = "true";
    cell.textContent = look.shown(value);
  });
}

/**
 * Writes into a cell. `done` is told what was written, and where to go on; it says whether that can be.
 * @param {HTMLTableCellElement} cell
 * @param {string} text
 * @param {string} label
 * @param {(text: string | null, step: [number, number] | null) => boolean} done
 */
export function edit(cell, text, label, done) {
  const input = document.createElement("input");
  input.inputMode = "decimal";
  input.autocomplete = "off";
  input.value = text;
  input.ariaLabel = label;
  cell.classList.add("editing");
  cell.replaceChildren(input);
  input.focus();
  let isOver = false;
  /** @param {string | null} written @param {[number, number] | null} step */
  const leave = (written, step) => {
    if (isOver) return;
    isOver = true;
    cell.classList.remove("editing");
    if (done(written, step)) return;
    isOver = false;
    cell.classList.add("editing");
    input.ariaInvalid = "true";
  };
  input.addEventListener("keydown", (event) => {
    const step = { Enter: [1, 0], Tab: [0, event.shiftKey ? -1 : 1], Escape: [0, 0] }[event.key];
    event.stopPropagation();
    if (!step) return;
    event.preventDefault();
    leave(event.key === "Escape" ? null : input.value, /** @type {[number, number]} */ (step));
  });
  input.addEventListener("blur", () => leave(input.value, null));
}

/**
 * The choice between one's own value and that of somebody else, beside the cell.
 * @param {HTMLElement} box
 * @param {HTMLElement} cell
 * @param {[string, string, string]} words
 * @param {(isMine: boolean | null) => void} chosen
 */
export function choose(box, cell, words, chosen) {
  const [mine, theirs] = /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("button"));
  [/** @type {HTMLElement} */ (box.querySelector("p")), mine, theirs].forEach((part, place) => {
    part.textContent = words[place];
  });
  const { left, bottom, top } = cell.getBoundingClientRect();
  box.showPopover();
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  box.style.top = `${bottom + height + 8 < innerHeight ? bottom + 4 : top - height - 4}px`;
  /** @param {boolean | null} isMine */
  const leave = (isMine) => {
    box.hidePopover();
    chosen(isMine);
  };
  mine.onclick = () => leave(true);
  theirs.onclick = () => leave(false);
  box.onkeydown = (event) => {
    if (event.key === "Escape") leave(null);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") (document.activeElement === mine ? theirs : mine).focus();
  };
  mine.focus();
}
