// The page of one session: follows the job while it runs, then shows the result; the page is never loaded anew.

import { find, findOptional } from "../dom.js";
import { pageData } from "../format.js";
import { enableRetry, followJob } from "./job.js";
import { enableRename } from "./rename.js";
import { showResult } from "./result.js";

/** Fetch the page as the server draws it now and put its main part in the place of the old one. */
async function redraw() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = fresh.getElementById("session");
  if (!now) throw new Error("The answer is another page.");
  document.title = fresh.title;
  find("session").replaceWith(document.adoptNode(now));
  start();
}

function start() {
  /** @type {SessionData} */
  const data = pageData("session-data");
  document.documentElement.classList.add("has-script");
  enableRename(data);
  if (data.job && findOptional("job")) followJob(data.job.id, redraw);
  if (data.job && findOptional("ended")) enableRetry(data.job.id, redraw);
  if (findOptional("watch")) showResult(data);
}

start();
