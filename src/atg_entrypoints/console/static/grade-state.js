// What a page says of the changes of its gradebook: whether they are saved, and what was refused.

/** @param {string | undefined} template @param {Record<string, string | number>} values */
export function say(template, values) {
  return (template ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

export class State {
  #wasAway = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.words = element.dataset;
    this.line = /** @type {HTMLElement} */ (element.querySelector(".state"));
    this.alert = /** @type {HTMLElement} */ (element.querySelector(":scope > .alert"));
  }

  /** @param {{waiting: unknown[], late: unknown[], isAway: boolean}} outbox */
  tell({ waiting, late, isAway }) {
    const { offline, waiting: sending, sent, saved, conflicts } = this.words;
    const told = [];
    if (waiting.length) told.push(say(isAway ? offline : sending, { count: waiting.length }));
    if (late.length) told.push(say(conflicts, { count: late.length }));
    if (!told.length) told.push(say(this.#wasAway ? sent : saved, {}));
    if (this.line.textContent !== told.join(" ")) this.line.textContent = told.join(" ");
    this.line.classList.toggle("kept", isAway || late.length > 0);
    if (isAway) this.#wasAway = true;
    else if (waiting.length) this.#wasAway = false;
  }

  /** @param {string} what */
  add(what) {
    this.warn(this.alert.hidden ? what : `${this.alert.textContent}\n${what}`);
  }

  /** @param {string} what */
  warn(what) {
    this.alert.hidden = !what;
    this.alert.textContent = what;
  }
}
