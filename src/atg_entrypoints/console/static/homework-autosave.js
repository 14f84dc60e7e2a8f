// The builder's form is kept by the API a moment after it was changed; what has no connection is tried again.
import { sendWhenConnected } from "./connection.js";
import { call } from "./console.js";

/** @typedef {import("./api").components["schemas"]["HomeworkChanges"]} Changes */
/** @typedef {import("./api").components["schemas"]["HomeworkReply"]} Reply */

const AFTER_MS = 1500;
const TRY_AGAIN_MS = 3000;

/** @param {HTMLElement} builder */
export function keepAsWritten(builder) {
  const form = /** @type {HTMLFormElement} */ (builder.querySelector("form"));
  const output = /** @type {HTMLOutputElement} */ (form.querySelector("output"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let changes = 0;
  let kept = 0;
  let isKeeping = false;

  /** @param {string | undefined} words @param {boolean} [warns] */
  const tell = (words, warns) => {
    output.textContent = words ?? "";
    output.classList.toggle("warn", Boolean(warns));
  };
  /** @param {number} milliseconds */
  const later = (milliseconds) => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, milliseconds);
  };

  const keep = async () => {
    if (isKeeping || kept === changes) return;
    if (!form.checkValidity()) {
      tell(builder.dataset.incomplete);
      return;
    }
    isKeeping = true;
    const sent = changes;
    const cards = cardsOf(form);
    try {
      write(form, cards, await call("PUT", builder.dataset.path ?? "", read(form, cards)));
      kept = sent;
      tell(kept === changes ? builder.dataset.kept : builder.dataset.waiting);
    } catch (problem) {
      const isOffline = problem instanceof TypeError;
      const { code, message } = /** @type {Error & {code?: string}} */ (problem);
      tell(isOffline ? builder.dataset.failed : code === "changed_meanwhile" ? builder.dataset.late : message, true);
      if (isOffline) later(TRY_AGAIN_MS);
    }
    isKeeping = false;
    if (kept === sent && kept !== changes) later(AFTER_MS);
  };

  sendWhenConnected(form, () => tell(builder.dataset.failed, true));
  form.addEventListener("input", () => {
    changes += 1;
    tell(builder.dataset.waiting);
    later(AFTER_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    kept = changes;
  });
  addEventListener("online", () => later(0));
  addEventListener("beforeunload", (event) => kept !== changes && event.preventDefault());
}

/** @param {HTMLFormElement} form */
function cardsOf(form) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".question-card"))].map((card) => ({
    card,
    key: card.dataset.key ?? "",
    rows: /** @type {HTMLElement[]} */ ([...card.querySelectorAll(".choice-row")]),
  }));
}

/**
 * @param {HTMLFormElement} form
 * @param {ReturnType<typeof cardsOf>} cards
 * @returns {Changes}
 */
function read(form, cards) {
  const data = new FormData(form);
  /** @param {string} name */
  const text = (name) => String(data.get(name) ?? "").trim();
  /** @type {Changes} */
  const body = { title: text("title"), description: text("description"), was: text("was") };
  body.max_attempts = text("max_attempts") ? Number(text("max_attempts")) : null;
  body.allow_late = data.has("allow_late");
  if (text("zone") === Intl.DateTimeFormat().resolvedOptions().timeZone) {
    body.due_at = text("due_at") ? new Date(text("due_at")).toISOString() : null;
  }
  if (!data.has("with_questions")) return body;
  body.questions = cards.map(({ key, rows }) => ({
    ...(text(`${key}.id`) && { id: Number(text(`${key}.id`)) }),
    question_type: /** @type {"TEXT"} */ (text(`${key}.type`)),
    text: text(`${key}.text`),
    points: text(`${key}.points`).replace(",", "."),
    allow_files: data.has(`${key}.files`),
    choices: rows.map((row) => {
      const choice = field(row, ".choice").value;
      const id = text(`${key}.${choice}.id`);
      const isCorrect = data.getAll(`${key}.correct`).includes(choice);
      return { ...(id && { id: Number(id) }), text: text(`${key}.${choice}.text`), is_correct: isCorrect };
    }),
  }));
  return body;
}

/** @param {HTMLElement} part @param {string} ending */
function field(part, ending) {
  return /** @type {HTMLInputElement} */ (part.querySelector(`input[type=hidden][name$="${ending}"]`));
}

/**
 * What is new has ids now.
 * @param {HTMLFormElement} form
 * @param {ReturnType<typeof cardsOf>} cards
 * @param {Reply} reply
 */
function write(form, cards, reply) {
  field(form, "was").value = reply.updated_at;
  for (const [index, { card, key, rows }] of cards.entries()) {
    const question = reply.questions[index];
    field(card, `${key}.id`).value = String(question?.id ?? "");
    for (const [at, row] of rows.entries()) field(row, ".id").value = String(question?.choices[at]?.id ?? "");
  }
}
