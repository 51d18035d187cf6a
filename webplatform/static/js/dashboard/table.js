// What a timeline shows, as a table: for screen readers, and for those who want to read numbers.

import { reasonOf } from "../api.js";
import { cell } from "../cells.js";
import { findIn } from "../dom.js";
import { formatMoment } from "../moments.js";
import { bucketFor, fetchLane, verdictAt } from "./lanes.js";

const ROWS = 30;

export class LaneTable {
  /**
   * @param {HTMLDetailsElement} details
   * @param {import("./face.js").FacePanel} panel
   */
  constructor(details, panel) {
    this.details = details;
    this.panel = panel;
    this.container = findIn(details, ".scroll");
    details.addEventListener("toggle", () => this.refresh());
  }

  /** Make the table anew for what is in view; nothing is fetched while it is closed. */
  async refresh() {
    if (!this.details.open) return;
    const { data, number, view } = this.panel;
    const bucketMs = bucketFor(view.spanMs, ROWS, data);
    try {
      const lane = await fetchLane(data.id, number, { fromMs: view.fromMs, toMs: view.toMs, bucketMs });
      this.container.replaceChildren(this.draw(lane));
    } catch (error) {
      this.container.textContent = reasonOf(error, gettext("The timeline could not be loaded."));
    }
  }

  /** @param {Lane} lane */
  draw(lane) {
    const { data } = this.panel;
    const table = document.createElement("table");
    const titles = [
      gettext("time"),
      gettext("readings"),
      gettext("expression"),
      ...data.emotions.map(({ name }) => name),
    ];
    const head = table.createTHead().insertRow();
    for (const title of titles) head.append(cell("th", title, "col"));
    const body = table.createTBody();
    for (const [index, tMs] of lane.tMs.entries()) this.fillRow(body.insertRow(), lane, tMs, index);
    return table;
  }

  /**
   * @param {HTMLTableRowElement} row
   * @param {Lane} lane
   * @param {number} tMs
   * @param {number} index
   */
  fillRow(row, lane, tMs, index) {
    const { data, names } = this.panel;
    const verdict = verdictAt(lane, index);
    const sure = names.get(lane.dominant[index] ?? "");
    const texts = {
      absent: gettext("face not seen"),
      unscored: gettext("face not scored"),
      unsure: gettext("not sure"),
      sure,
    };
    const scores = data.emotions.map(({ key }) => lane.scores[key][index]);
    row.append(
      cell("th", formatMoment(tMs), "row"),
      cell("td", lane.n[index]),
      cell("td", texts[verdict]),
      ...scores.map((mean) => cell("td", mean === null ? "–" : `${Math.round(100 * mean)} %`)),
    );
  }
}
