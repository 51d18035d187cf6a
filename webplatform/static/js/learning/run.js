// A training run's curves and progress, asked for every two seconds while it runs.

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { request } from "../api.js";
import { find, findIn, findOptional } from "../dom.js";
import { fill, formatMoment, formatNumber, pageData } from "../format.js";

const EVERY_MS = 2000;
const home = find("curves");
/** @param {string} name */
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const pen = { stroke: color("--pico-muted-color"), grid: { stroke: color("--line"), width: 1 } };
const plot = new uPlot(
  {
    width: Math.max(home.clientWidth, 240),
    height: 240,
    cursor: { show: false },
    legend: { live: false },
    scales: { x: { time: false }, y: { range: [0, 1] } },
    axes: [{ ...pen, incrs: [1, 2, 5, 10, 20, 50, 100] }, pen],
    series: [
      { label: gettext("Epoch") },
      { label: gettext("training"), stroke: color("--emotion-sad"), width: 2, dash: [6, 3] },
      { label: gettext("public"), stroke: color("--pico-primary"), width: 2 },
    ],
  },
  [[], [], []],
  home,
);
new ResizeObserver(() => plot.setSize({ width: Math.max(home.clientWidth, 240), height: 240 })).observe(home);

/** @param {TrainingRun} run */
function show(run) {
  /** @param {"epoch" | "train_accuracy" | "accuracy"} name */
  const column = (name) => run.curves.map((row) => row[name]);
  plot.setData([column("epoch"), column("train_accuracy"), column("accuracy")]);
  const body = findIn(document, "#epochs tbody", HTMLTableSectionElement);
  for (const row of run.curves.slice(body.rows.length)) {
    const cells = body.insertRow();
    cells.insertCell().textContent = String(row.epoch);
    for (const name of /** @type {const} */ (["train_accuracy", "accuracy", "loss"])) {
      cells.append(
        Object.assign(document.createElement("td"), { className: "number", textContent: formatNumber(row[name], 3) }),
      );
    }
  }
  const log = find("log");
  for (const row of run.log.slice(log.children.length)) {
    log.append(Object.assign(document.createElement("li"), { textContent: `${formatMoment(row.at)} ${row.text}` }));
  }
  const last = run.curves.at(-1);
  if (last?.device) {
    const computes = find("computes");
    computes.hidden = false;
    const n = formatNumber(last.pictures_s, 0);
    findIn(computes, "dd").textContent = fill(gettext("{device}, {n} pictures a second"), { device: last.device, n });
  }
  const left = findOptional("left");
  if (!left || run.state !== "running") return;
  find("progress", HTMLProgressElement).value = run.progress;
  const minutes = formatNumber(Math.ceil((run.seconds_left ?? 0) / 60), 0);
  left.textContent = fill(gettext("{percent} %, about {n} min left"), {
    percent: Math.floor(100 * run.progress),
    n: minutes,
  });
}

/** @param {string} id */
async function follow(id) {
  /** @type {TrainingRun | null} */
  const run = await request(`/training-runs/${id}/`).catch(() => null);
  if (run) show(run);
  if (run && run.state !== first.state)
    location.reload(); // the badge tells the state as it is now
  else setTimeout(() => follow(id), EVERY_MS);
}

/** @type {TrainingRun} */
const first = pageData("run-data");
show(first);
if (["queued", "running"].includes(first.state)) follow(first.id);
