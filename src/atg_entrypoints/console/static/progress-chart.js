// <progress-chart>: a curve over the numbers of the table in it, the newest of which is on top. Its colours are tokens.
/** A script of its own, before this one. */
const uPlot = /** @type {any} */ (window).uPlot;
const HEIGHT = 280;

class ProgressChart extends HTMLElement {
  /** @type {any} */
  #plot = null;
  #resized = new ResizeObserver(() => this.#plot?.setSize({ width: this.#box.clientWidth, height: HEIGHT }));
  #scheme = matchMedia("(prefers-color-scheme: dark)");

  connectedCallback() {
    this.#draw();
    this.#resized.observe(this.#box);
    this.#scheme.addEventListener("change", this.#draw);
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    this.#scheme.removeEventListener("change", this.#draw);
    this.#plot?.destroy();
  }

  get #box() {
    return /** @type {HTMLElement} */ (this.querySelector(".plot"));
  }

  /** @param {string} name The value of a token in the theme of now. */
  #color(name) {
    this.style.setProperty("color", `var(${name})`);
    const color = getComputedStyle(this).color;
    this.style.removeProperty("color");
    return color;
  }

  #draw = () => {
    const rows = [...this.querySelectorAll("tbody tr")].reverse();
    const days = rows.map((row) => Date.parse(row.querySelector("th")?.dataset.day ?? "") / 1000);
    const heads = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("thead th[data-color]")]);
    const values = heads.map((_, place) => rows.map((row) => numberOf(row.querySelectorAll("td")[place])));
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
    const [ink, line] = [this.#color("--faint"), this.#color("--line")];
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, font: "12px Golos, sans-serif" };
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        width: this.#box.clientWidth,
        height: HEIGHT,
        tzDate: (/** @type {number} */ seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        legend: { live: false },
        cursor: { show: false },
        scales: { y: { range: [0, 100] } },
        axes: [
          { ...axis, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((day) => format.format(day * 1000)) },
          { ...axis, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((percent) => `${percent} %`) },
        ],
        series: [
          { label: this.querySelector("thead th")?.textContent },
          ...heads.map((head, place) => ({
            label: head.textContent,
            stroke: this.#color(head.dataset.color ?? "--main"),
            width: 2,
            // Not by colour alone.
            dash: [[], [8, 4], [2, 3], [12, 3, 2, 3]][place],
            spanGaps: true,
            points: { show: rows.length < 40, size: 6 },
          })),
        ],
      },
      [days, ...values],
      this.#box,
    );
    this.dataset.drawn = "true";
  };
}

/** @param {HTMLElement | undefined} cell */
function numberOf(cell) {
  return cell?.dataset.value === undefined ? null : Number(cell.dataset.value);
}

customElements.define("progress-chart", ProgressChart);
