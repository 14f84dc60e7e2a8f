// What every page has: telling what happened, the API, and where the focus is after a part was swapped.

/** Browsers refuse a request of more than 64 KB that is to outlive its page; a letter has three bytes at most. */
const MOST_KEPT_ALIVE = 20_000;

/** @param {string} text Said for six seconds, and by screen readers. */
export function tell(text) {
  const told = /** @type {HTMLElement} */ (document.getElementById("told"));
  told.textContent = text;
  clearTimeout(forgetting);
  forgetting = setTimeout(() => {
    told.textContent = "";
  }, 6000);
}
/** @type {ReturnType<typeof setTimeout> | undefined} */
let forgetting;

/**
 * Asks the API for the page. Throws the problem if it refuses.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export async function call(method, path, body) {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const reply = await fetch(`/app/api${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: sent,
    keepalive: (sent ?? "").length < MOST_KEPT_ALIVE,
  });
  if (reply.status === 401) location.assign(`/app/sign-in?next=${encodeURIComponent(location.pathname)}`);
  const told = reply.status === 204 ? null : await reply.json();
  if (!reply.ok) throw Object.assign(new Error(told.text), told);
  return told;
}

// Whose account has no time zone yet gets that of the browser, once: times are told in it from then on.
const { zoneless } = document.documentElement.dataset;
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (zoneless && timeZone && !sessionStorage.getItem("atg-zone-asked")) {
  sessionStorage.setItem("atg-zone-asked", "yes");
  call("PUT", "/users/me", { time_zone: timeZone }).then(
    () => timeZone !== zoneless && location.reload(),
    () => {}, // a zone that the server does not know: the account says which
  );
}

// A form or a part of a page that got no answer.
document.addEventListener("htmx:error", () => tell(document.getElementById("told")?.dataset.offline ?? ""));

// After a topic was swapped in: its name, its place in the outline, and the focus on its heading.
document.addEventListener("htmx:after:swap", () => {
  const player = document.getElementById("player");
  if (!player || player.dataset.shown) return;
  player.dataset.shown = "true";
  document.title = `${player.dataset.title} · ATG`;
  for (const link of document.querySelectorAll(".outline [aria-current]")) link.removeAttribute("aria-current");
  document.querySelector(`.outline a[href="${location.pathname}"]`)?.setAttribute("aria-current", "page");
  /** @type {HTMLElement | null} */ (player.querySelector("h1"))?.focus();
});

// The outline is a sheet on a phone, closed until it is wanted; the style sheet hides it until this runs.
const outline = document.querySelector(".outline details");
if (matchMedia("(max-width: 50rem)").matches) outline?.removeAttribute("open");
outline?.classList.add("ready");

class RetryAfter extends HTMLElement {
  connectedCallback() {
    let left = Number(this.dataset.seconds);
    const words = this.textContent ?? "";
    const counting = setInterval(() => {
      left -= 1;
      this.textContent = words.replace(this.dataset.seconds ?? "", String(left));
      if (left <= 0) {
        clearInterval(counting);
        // What answered a form can not be asked for once more.
        if (this.hasAttribute("data-stay")) this.remove();
        else location.reload();
      }
    }, 1000);
  }
}
customElements.define("retry-after", RetryAfter);
