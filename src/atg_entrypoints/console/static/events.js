// <live-updates data-lesson-started="…">: hears of changes, and fetches anew what shows them: elements with an id and
// `data-refresh-on="lesson homework.graded"` (topics or kinds). The frame hears of notices by an event. What a stream does not tell it finds every half a minute.
import { tell } from "./console.js";

const POLL_MS = 30_000;
/** Events can be lost: a page with a stream looks as well, this many times less. */
const WITH_STREAM = 10;
const AGAIN_MS = 15_000;
/** Pages that hear of the same change do not all ask at once. */
const SPREAD_MS = 400;
const TYPED_IN = "input, textarea, select, [contenteditable]";

class LiveUpdates extends HTMLElement {
  /** @type {EventSource | null} */
  #source = null;
  /** Whether the stream tells of everything. */
  #isWhole = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  /** What has changed since the last look; "" stands for anything. @type {Set<string>} */
  #changed = new Set();
  #isLooking = false;

  connectedCallback() {
    if (!document.querySelector("[data-refresh-on], #unread")) return;
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("pagehide", this.#close);
    addEventListener("pageshow", this.#seen);
    document.addEventListener("focusout", this.#lookSoon);
    addEventListener("online", () => this.#hear(""));
    let turn = 0;
    setInterval(() => {
      turn += 1;
      if (!document.hidden && (!this.#isWhole || turn % WITH_STREAM === 0)) this.#hear("");
    }, POLL_MS);
    this.#seen();
  }

  /** A page that nobody sees holds no stream: browsers open six connections to a host. */
  #seen = () => {
    if (document.hidden) this.#close();
    else if (!this.#source) this.#open();
  };

  #open() {
    const source = new EventSource("/app/events");
    this.#source = source;
    source.addEventListener("begun", (event) => {
      this.#isWhole = JSON.parse(event.data).hears_all;
      this.dataset.open = "true";
    });
    source.addEventListener("message", (event) => {
      const { kind } = JSON.parse(event.data);
      this.#hear(kind === "missed" ? "" : kind);
    });
    source.addEventListener("error", () => {
      this.#isWhole = false;
      delete this.dataset.open;
      if (source.readyState !== EventSource.CLOSED) return; // it tries again itself
      this.#close();
      setTimeout(this.#seen, AGAIN_MS);
      this.#hear("");
    });
  }

  #close = () => {
    this.#source?.close();
    this.#source = null;
    this.#isWhole = false;
    delete this.dataset.open;
  };

  /** @param {string} kind */
  #hear(kind) {
    this.#changed.add(kind);
    if (!navigator.onLine) return; // it is looked at when the connection is back
    if (!kind || kind.startsWith("notice.")) document.dispatchEvent(new Event("notice-told"));
    this.#lookSoon();
  }

  #lookSoon = () => {
    clearTimeout(this.#waiting);
    if (this.#changed.size) this.#waiting = setTimeout(() => this.#look(), Math.random() * SPREAD_MS);
  };

  async #look() {
    if (this.#isLooking) {
      this.#lookSoon();
      return;
    }
    const changed = [...this.#changed];
    const parts = [...document.querySelectorAll("[data-refresh-on]")].filter((part) => shows(part, changed));
    const free = parts.filter((part) => !isTypedIn(part));
    // What is typed in is looked at when the focus has left it.
    if (free.length === parts.length) this.#changed.clear();
    if (!free.length) return;
    this.#isLooking = true;
    try {
      const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (reply.redirected && new URL(reply.url).pathname === "/app/sign-in") location.assign(reply.url);
      if (!reply.ok) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const swapped = free.filter((part) => !isTypedIn(part) && swap(part, page.getElementById(part.id)));
      const words = changed.map((kind) => this.getAttribute(`data-${kind.replace(/[._]/g, "-")}`));
      if (swapped.length) tell(words.find(Boolean) ?? "");
    } catch {
      // There is no connection: the next look may have one.
    } finally {
      this.#isLooking = false;
    }
  }
}

/**
 * @param {Element} part
 * @param {string[]} changed
 */
function shows(part, changed) {
  const topics = part.getAttribute("data-refresh-on")?.split(" ") ?? [];
  return changed.some((kind) => !kind || topics.includes(kind) || topics.includes(kind.split(".")[0]));
}

/** @param {Element} part */
function isTypedIn(part) {
  const focused = document.activeElement;
  return focused !== null && part.contains(focused) && focused.matches(TYPED_IN);
}

/**
 * Whether it was another one. The focus stays on the same link or button.
 * @param {Element} part
 * @param {Element | null} fresh
 */
function swap(part, fresh) {
  if (!fresh || fresh.innerHTML === part.innerHTML) return false;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const same = focused && [focused.id && `#${CSS.escape(focused.id)}`, hrefOf(focused), focused.localName].find(Boolean);
  part.replaceChildren(...document.importNode(fresh, true).childNodes);
  /** @type {any} */ (window).htmx?.process(part);
  if (focused) /** @type {HTMLElement} */ (part.querySelector(same || "a, button") ?? part).focus();
  return true;
}

/** @param {Element} element */
function hrefOf(element) {
  const href = element.getAttribute("href");
  return href && `a[href="${CSS.escape(href)}"]`;
}

customElements.define("live-updates", LiveUpdates);
