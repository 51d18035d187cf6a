// The charts of a choice: one an expression, beside it the same without the neutral stretch, and n at every second.

import { find, findAll } from "../dom.js";
import { fill } from "../format.js";
import { asCount, asPercent, asPoints, Chart, rangeOf } from "./chart.js";
import { drawLegend } from "./lines.js";
import { CurveTable } from "./table.js";

/** @import { Range } from "./chart.js" */

export class Board {
  /**
   * @typedef {(key: string, kind: string) => string} FileOf  the address of an expression's chart as "svg" or "png"
   * @param {{groups: CurveGroup[], emotions: EmotionName[], shown: Set<string>, fileOf: FileOf}} parts
   */
  constructor({ groups, emotions, shown, fileOf }) {
    this.fileOf = fileOf;
    this.groups = groups;
    this.emotions = emotions;
    this.shown = shown;
    this.container = find("charts");
    /** @type {Chart[]} */
    this.charts = [];
    this.buttons = findAll(document, "[data-show]");
    for (const button of this.buttons) button.addEventListener("click", () => this.toggle(button.dataset.show ?? ""));
    drawLegend(
      find("legend"),
      groups.map(({ name }) => name),
    );
    this.table = new CurveTable({ groups });
    this.draw();
    this.container.setAttribute("aria-busy", "false");
  }

  /** @param {string} key */
  toggle(key) {
    if (!this.shown.delete(key)) this.shown.add(key);
    this.remember();
    this.draw();
  }

  /** The address keeps what is shown; the choice's form takes it along. */
  remember() {
    const address = new URL(location.href);
    const all = this.emotions.length === this.shown.size;
    if (all) address.searchParams.delete("show");
    else address.searchParams.set("show", [...this.shown].join(","));
    history.replaceState(null, "", address);
    rememberInForms(all ? "" : [...this.shown].join(","));
  }

  draw() {
    for (const chart of this.charts) chart.remove();
    for (const button of this.buttons)
      button.setAttribute("aria-pressed", String(this.shown.has(button.dataset.show ?? "")));
    const hasChange = this.groups.some(({ change }) => change);
    this.container.classList.toggle("in-pairs", hasChange);
    const emotions = this.emotions.filter(({ key }) => this.shown.has(key));
    const [raw, change] = [this.rangeFor("curve", emotions), this.rangeFor("change", emotions)];
    this.charts = emotions.flatMap((emotion) => [
      this.chart(emotion, "curve", raw),
      ...(hasChange ? [this.chart(emotion, "change", change)] : []),
    ]);
    if (this.groups.some(({ n }) => n)) this.charts.push(this.countChart());
  }

  /**
   * @param {"curve" | "change"} kind
   * @param {EmotionName[]} emotions
   */
  rangeFor(kind, emotions) {
    const ends = /** @type {const} */ (["mean", "low", "high"]);
    const curves = this.groups.flatMap((group) =>
      emotions.flatMap(({ key }) => ends.map((end) => group[kind]?.[end]?.[key])),
    );
    return rangeOf(curves, kind === "change");
  }

  /**
   * @param {EmotionName} emotion
   * @param {"curve" | "change"} kind
   * @param {Range} range
   */
  chart({ key, name }, kind, range) {
    const groups = this.groups.map((group) => ({
      name: group.name,
      mean: group[kind]?.mean[key] ?? [],
      low: group[kind]?.low?.[key] ?? null,
      high: group[kind]?.high?.[key] ?? null,
    }));
    const isChange = kind === "change";
    const title = fill(isChange ? gettext("{name}, minus the neutral stretch") : gettext("Mean score of {name}"), {
      name,
    });
    const files = isChange ? [] : ["svg", "png"].map((kind) => ({ kind, name, href: this.fileOf(key, kind) }));
    return new Chart(this.container, {
      title,
      groups,
      range,
      files,
      unit: isChange ? asPoints : asPercent,
    });
  }

  countChart() {
    const groups = this.groups.map(({ name, n }) => ({ name, mean: n ?? [], low: null, high: null }));
    const most = Math.max(1, ...groups.flatMap(({ mean }) => mean));
    const look = { unit: asCount, isStepped: true };
    return new Chart(this.container, {
      title: gettext("People seen at each second"),
      groups,
      range: [0, most + 0.5],
      ...look,
    });
  }
}

/**
 * Which expressions the address names; all where it names none.
 * @param {EmotionName[]} emotions
 */
export function shownFrom(emotions) {
  const named = new Set((new URL(location.href).searchParams.get("show") ?? "").split(","));
  const known = emotions.map(({ key }) => key).filter((key) => named.has(key));
  const shown = new Set(known.length ? known : emotions.map(({ key }) => key));
  rememberInForms(known.length ? known.join(",") : "");
  return shown;
}

/** @param {string} text */
function rememberInForms(text) {
  for (const form of findAll(document, "form.choice", HTMLFormElement)) {
    const [field = document.createElement("input")] = findAll(form, "input[name=show]", HTMLInputElement);
    if (!field.isConnected) form.append(Object.assign(field, { type: "hidden", name: "show" }));
    field.value = text;
    field.disabled = !text;
  }
}
