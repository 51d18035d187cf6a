/** What Swagger UI leaves out: dark colours by the system's wish, and names of its parts and of its list of servers. */

import { find } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const swagger = find("swagger-ui");

function colour() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

/** Swagger UI draws its parts again and again; each is named as soon as it is there. */
function name() {
  const parts = [
    { selector: ".information-container", role: "region", label: swagger.dataset.about ?? "" },
    { selector: ".scheme-container", role: "region", label: swagger.dataset.access ?? "" },
    { selector: "#servers", role: null, label: swagger.dataset.server ?? "" },
  ];
  for (const { selector, role, label } of parts) {
    const part = swagger.querySelector(selector);
    if (!part || part.ariaLabel === label) continue;
    part.ariaLabel = label;
    if (role) part.role = role;
  }
  const title = swagger.querySelector(".info .title"); // an h1, as the page's own
  if (title) Object.assign(title, { role: "heading", ariaLevel: "2" });
}

colour();
dark.addEventListener("change", colour);
new MutationObserver(name).observe(swagger, { childList: true, subtree: true });
