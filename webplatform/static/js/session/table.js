// What a timeline shows, as a table: for screen readers, and for those who want to read numbers.

import { bucketFor, fetchLane, verdictAt } from "./lanes.js";
import { formatMoment } from "./moments.js";

const ROWS = 30;

export class LaneTable {
  constructor(details, panel) {
    this.details = details;
    this.panel = panel;
    this.place = details.querySelector(".scroll");
    details.addEventListener("toggle", () => this.refresh());
  }

  /** Make the table anew for what is in view; nothing is fetched while it is closed. */
  async refresh() {
    if (!this.details.open) return;
    const { data, number, view, words } = this.panel;
    const bucketMs = bucketFor(view.spanMs, ROWS, data);
    try {
      const lane = await fetchLane(data.id, number, { fromMs: view.fromMs, toMs: view.toMs, bucketMs });
      this.place.replaceChildren(this.draw(lane));
    } catch (refusal) {
      this.place.textContent = (refusal.status && refusal.message) || words.chartFailed;
    }
  }

  draw(lane) {
    const { words, data } = this.panel;
    const table = document.createElement("table");
    const titles = [words.time, words.readings, words.verdict, ...data.emotions.map(({ name }) => name)];
    const head = table.createTHead().insertRow();
    for (const title of titles) head.append(cell("th", title, "col"));
    const body = table.createTBody();
    for (const [place, tMs] of lane.tMs.entries()) this.fillRow(body.insertRow(), lane, tMs, place);
    return table;
  }

  fillRow(row, lane, tMs, place) {
    const { words, data, names } = this.panel;
    const verdict = verdictAt(lane, place);
    const said = { absent: words.noFace, unscored: words.unscored, unsure: words.notSure };
    const scores = data.emotions.map(({ key }) => lane.scores[key][place]);
    row.append(
      cell("th", formatMoment(tMs), "row"),
      cell("td", lane.n[place]),
      cell("td", said[verdict] ?? names.get(lane.dominant[place])),
      ...scores.map((mean) => cell("td", mean === null ? "–" : `${Math.round(100 * mean)} %`)),
    );
  }
}

function cell(kind, text, scope = "") {
  const element = document.createElement(kind);
  element.textContent = text;
  if (scope) element.scope = scope;
  return element;
}
