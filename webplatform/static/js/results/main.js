// A study's results: one request for all the charts, and a look every few seconds while new ones are computed.

import { reasonOf, request } from "../api.js";
import { find, findIn, findOptional } from "../dom.js";
import { pageData } from "../format.js";
import { Board, shownFrom } from "./board.js";

const WAIT_MS = 2000;
/** @type {ResultsData} */
const data = pageData("results-data");
const path = `/studies/${data.study}/results/?${data.query}`;

async function show() {
  const failed = find("charts-failed");
  try {
    /** @type {StudyResults} */
    const { results } = await request(path);
    const groups = results.groups.map(({ key, name, curve, change }) => ({
      name: name || (key === "own" ? gettext("You") : gettext("Everybody")),
      n: data.isByPerson ? null : curve.n,
      curve,
      change,
    }));
    /** @type {import("./board.js").FileOf} */
    const fileOf = (key, kind) => `/studies/${data.study}/results/${key}.${kind}?${data.query}`;
    new Board({ groups, emotions: data.emotions, shown: shownFrom(data.emotions), fileOf });
  } catch (error) {
    failed.textContent = reasonOf(error, gettext("The results could not be fetched. Reload the page."));
    failed.hidden = false;
  }
}

/** Look until the results are made: load the page anew where it shows none yet, else only say so. */
async function follow() {
  try {
    /** @type {StudyResults} */
    const { state, is_current: isCurrent } = await request(path);
    if (isCurrent || state === "failed") {
      if (!data.hasResults || state === "failed") location.reload();
      else announce();
      return;
    }
  } catch {
    // The next look may succeed; the page says already that it waits.
  }
  setTimeout(follow, WAIT_MS);
}

function announce() {
  const line = findIn(document, "#made .notice span");
  const link = Object.assign(document.createElement("a"), {
    href: location.href,
    textContent: gettext("New results are here. Reload the page to see them."),
  });
  line.replaceChildren(link);
}

document.documentElement.classList.add("has-script");
if (findOptional("charts")) show();
if (data.isActive) setTimeout(follow, WAIT_MS);
