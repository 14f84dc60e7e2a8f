// A lesson that was dragged elsewhere: the API is told, or the lesson goes back to where it was, and why is said.
import { call, tell } from "./console.js";

/** @typedef {import("fullcalendar").EventApi} Shown */
/** @typedef {{event: Shown, oldEvent: Shown, revert: () => void}} Change */

/**
 * @param {Change} change
 * @param {DOMStringMap} words
 * @param {HTMLDialogElement} overlap Asks whether it may take place beside another lesson.
 */
export async function move(change, words, overlap, anyway = false) {
  try {
    await send(change, anyway);
    tell(words.moved ?? "");
  } catch (problem) {
    const { code, text } = /** @type {{code?: string, text?: string}} */ (problem);
    if (code === "lesson_overlap" && (await asked(overlap, text ?? ""))) {
      await move(change, words, overlap, true);
      return;
    }
    change.revert();
    if (code === "lesson_overlap") return;
    tell(code === "changed_meanwhile" ? (words.changed ?? "") : `${text ?? words.offline} ${words.kept}`);
    if (!code) return;
  }
  document.dispatchEvent(new CustomEvent("lesson-changed"));
}

/** @param {Change} change */
async function send({ event: { start, end, extendedProps }, oldEvent }, anyway = false) {
  const { lesson_id, recurring_lesson_id, date, updated_at } = extendedProps;
  const times = { start_time: start?.toISOString(), end_time: end?.toISOString() };
  if (lesson_id) {
    await call("PUT", `/schedule/lessons/${lesson_id}`, { ...times, was: updated_at, allow_overlap: anyway });
  } else {
    const body = { ...times, date, action: "move", was: oldEvent.start?.toISOString() };
    await call("POST", `/schedule/recurring-lessons/${recurring_lesson_id}/exceptions`, body);
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} text
 * @returns {Promise<boolean>} Whether it is wanted anyway.
 */
function asked(dialog, text) {
  /** @type {HTMLElement} */ (dialog.querySelector("p")).textContent = text;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "anyway"), { once: true });
  });
}
