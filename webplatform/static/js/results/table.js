// What the charts show, as a table: for screen readers, and for those who want to read numbers.

import { cell } from "../cells.js";
import { find, findIn } from "../dom.js";
import { fill } from "../format.js";
import { formatMoment } from "../moments.js";
import { asPercent, asPoints } from "./chart.js";

const ROWS = 60;

export class CurveTable {
  /** @param {{groups: CurveGroup[]}} shown */
  constructor({ groups }) {
    this.groups = groups;
    this.details = find("curve-table", HTMLDetailsElement);
    this.select = find("table-emotion", HTMLSelectElement);
    this.details.addEventListener("toggle", () => this.refresh());
    this.select.addEventListener("change", () => this.refresh());
  }

  /** Make the table anew; nothing is made while it is closed. */
  refresh() {
    if (!this.details.open) return;
    findIn(this.details, ".scroll").replaceChildren(this.draw(this.select.value));
  }

  /** @param {string} emotion */
  draw(emotion) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    head.append(cell("th", gettext("Time"), "col"));
    for (const { name } of this.groups) head.append(cell("th", name, "col"));
    const body = table.createTBody();
    const seconds = Math.max(0, ...this.groups.map(({ curve }) => curve.mean[emotion].length));
    const step = Math.max(1, Math.ceil(seconds / ROWS));
    for (let second = 0; second < seconds; second += step) {
      const row = body.insertRow();
      row.append(cell("th", formatMoment(1000 * second, 0), "row"));
      for (const group of this.groups) row.append(cell("td", this.describe(group, emotion, second)));
    }
    return table;
  }

  /**
   * @param {CurveGroup} group
   * @param {string} emotion
   * @param {number} second
   */
  describe({ n, curve, change }, emotion, second) {
    const parts = [...this.value(curve, emotion, second, asPercent), ...this.value(change, emotion, second, asPoints)];
    if (parts.length && n) parts.push(fill(gettext("n = {n}"), { n: n[second] }));
    return parts.join(", ") || "–";
  }

  /**
   * @param {CurveSet | null} curve
   * @param {string} emotion
   * @param {number} second
   * @param {(value: number) => string} unit
   */
  value(curve, emotion, second, unit) {
    const mean = curve?.mean[emotion][second] ?? null;
    if (!curve || mean === null) return [];
    const [low, high] = [curve.low?.[emotion]?.[second] ?? null, curve.high?.[emotion]?.[second] ?? null];
    if (low === null || high === null) return [unit(mean)];
    return [`${unit(mean)} (${fill(gettext("{low} to {high}"), { low: unit(low), high: unit(high) })})`];
  }
}
