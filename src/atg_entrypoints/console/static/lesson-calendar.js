// <lesson-calendar data-view data-day data-zone>: days in columns, or a month; lessons are planned by a click and moved
// by dragging. On phones, and where it can not be loaded, the agenda of the page is shown instead.
import { call } from "./console.js";
import { move } from "./lesson-moves.js";

/** @typedef {import("./api").paths["/schedule/calendar"]["get"]["responses"]["200"]["content"]["application/json"][number]} Event */

const WIDE = matchMedia("(min-width: 50.01rem)");
const VIEWS = /** @type {Record<string, string>} */ ({ day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth" });
const COLOURS = /** @type {Record<string, {color: string, contrastColor: string}>} */ ({
  live: { color: "var(--good)", contrastColor: "var(--card)" },
  ended: { color: "var(--faint)", contrastColor: "var(--card)" },
});
const FILES = ["./fullcalendar/all.js", "./fullcalendar/classic.js", "./fullcalendar/ru.js"];
const A_SLOT_MS = 30 * 60 * 1000;

/** @param {string} name */
function load(name) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL(name, import.meta.url).href;
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
}

/** @param {{el: HTMLElement}} cell By what is shown of it, not beside that by another name. */
function named({ el }) {
  el.removeAttribute("aria-label");
  el.querySelector("[aria-hidden]")?.removeAttribute("aria-hidden");
}

class LessonCalendar extends HTMLElement {
  /** @type {import("fullcalendar").Calendar | undefined} */
  #calendar;
  #details = /** @type {HTMLDialogElement} */ (document.getElementById("details"));
  #overlap = /** @type {HTMLDialogElement} */ (document.getElementById("overlap"));

  connectedCallback() {
    if (WIDE.matches) this.#begin();
    else WIDE.addEventListener("change", () => this.#begin(), { once: true });
    this.#details.addEventListener("close", () => this.#details.querySelector("div")?.replaceChildren());
    document.addEventListener("lesson-changed", () => this.#calendar?.refetchEvents());
    document.getElementById("plan")?.addEventListener("click", (event) => this.#follow(event));
  }

  async #begin() {
    this.textContent = this.dataset.loading ?? "";
    try {
      for (const name of FILES) await load(name);
    } catch {
      this.textContent = this.dataset.failed ?? "";
      this.classList.add("failed");
      return;
    }
    const columns = document.createElement("div");
    this.replaceChildren(columns);
    const { Calendar } = /** @type {{FullCalendar: typeof import("fullcalendar")}} */ (/** @type {unknown} */ (window)).FullCalendar;
    const { view, day, zone, first, last, viewer } = this.dataset;
    // Days as the server writes them.
    const days = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
    const weeks = JSON.parse(this.dataset.weeks ?? "{}");
    this.#calendar = new Calendar(columns, {
      locale: this.lang,
      timeZone: zone,
      initialView: VIEWS[view ?? "week"],
      initialDate: day,
      firstDay: 1,
      fixedWeekCount: false,
      headerToolbar: false,
      height: "auto",
      allDaySlot: false,
      nowIndicator: true,
      slotEventOverlap: false,
      slotMinTime: `${first}:00:00`,
      slotMaxTime: `${last}:00:00`,
      eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      weekNumbers: view === "month",
      aspectRatio: 1.8,
      timedText: this.dataset.timed,
      inlineWeekNumberClass: "row-week",
      inlineWeekNumberDidMount: ({ el }) => el.parentElement?.setAttribute("aria-label", el.textContent ?? ""),
      dayHeaderDidMount: named,
      dayCellDidMount: named,
      inlineWeekNumberContent: ({ date }) => weeks[days.format(date)] ?? "",
      columnEventTitleClass: "wraps",
      selectable: Boolean(viewer),
      select: (chosen) => this.#plan(chosen),
      events: ({ startStr, endStr }, done, failed) => {
        call("GET", `/schedule/calendar?start=${encodeURIComponent(startStr)}&end=${encodeURIComponent(endStr)}`).then(done, failed);
      },
      eventDataTransform: (event) => this.#shown(/** @type {any} */ (event)),
      eventClick: ({ jsEvent, event }) => {
        jsEvent.preventDefault();
        if (event.url) this.#open(event.url);
      },
      eventDrop: (change) => move(change, this.dataset, this.#overlap),
      eventResize: (change) => move(change, this.dataset, this.#overlap),
    });
    this.#calendar.render();
    // It is laid out in two steps, which nobody has to see.
    requestAnimationFrame(() => requestAnimationFrame(() => this.classList.add("ready")));
  }

  /** @param {Event} event */
  #shown(event) {
    if (event.extendedProps.kind === "free_days") return { ...event, class: "free-days", color: "var(--warn)" };
    /** @type {Record<string, any>} */
    const lesson = event.extendedProps;
    const { lesson_id, recurring_lesson_id, date, group_id, status, teacher_id } = lesson;
    const group = JSON.parse(this.dataset.groups ?? "{}")[group_id];
    const mine = teacher_id === this.dataset.viewer || this.dataset.role === "admin";
    const title = [status === "live" ? `● ${this.dataset.live}:` : "", event.title, group ? `· ${group}` : ""];
    return {
      ...event,
      title: title.filter(Boolean).join(" "),
      url: lesson_id ? `/app/lessons/${lesson_id}` : `/app/rules/${recurring_lesson_id}/days/${date}`,
      editable: mine && status === "planned",
      class: `lesson-event is-${status}`,
      ...COLOURS[status],
    };
  }

  /** @param {import("fullcalendar").DateSelectInfo} chosen */
  #plan({ start, end, startStr, endStr, allDay }) {
    const long = !allDay && end.getTime() - start.getTime() > A_SLOT_MS;
    this.#calendar?.unselect();
    this.#open(`/app/lessons/new?${new URLSearchParams(long ? { start: startStr, end: endStr } : { start: startStr })}`);
  }

  /** @param {MouseEvent} event */
  #follow(event) {
    if (!this.#calendar || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#open(/** @type {HTMLAnchorElement} */ (event.currentTarget).href);
  }

  /** @param {string} address The details of a lesson, or what plans one, in a dialog. */
  async #open(address) {
    const target = this.#details.querySelector("div");
    await /** @type {any} */ (window).htmx.ajax("GET", address, { target, swap: "innerHTML" });
    if (target?.childElementCount && !this.#details.open) this.#details.showModal();
  }
}

customElements.define("lesson-calendar", LessonCalendar);
