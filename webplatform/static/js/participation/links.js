// The page of new links: copies one or all of them, and prints the sheet.

import { closest, find, findIn } from "../dom.js";

const copied = find("copied");
const table = find("links", HTMLTableElement);

/**
 * @param {string} text
 * @param {HTMLButtonElement} button
 */
async function copy(text, button) {
  const done = copied.dataset.text ?? "";
  await navigator.clipboard.writeText(text);
  copied.textContent = "";
  requestAnimationFrame(() => (copied.textContent = done));
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = done;
  setTimeout(() => (button.textContent = label), 2000);
}

/**
 * A cell that no spreadsheet takes for a formula.
 * @param {string} text
 */
const cellOf = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** The table as spreadsheets take it: a line for each participant, cells apart by tabs. */
function asText() {
  const rows = [...table.tBodies[0].rows];
  return rows
    .map((row) =>
      [
        cellOf(row.cells[0].textContent.trim()),
        findIn(row, "input", HTMLInputElement).value,
        row.cells[2].textContent.trim(),
      ].join("\t"),
    )
    .join("\n");
}

document.addEventListener("click", ({ target }) => {
  const button = closest(target, "button", HTMLButtonElement);
  if (button?.dataset.copy) {
    const input = find(button.dataset.copy, HTMLInputElement);
    copy(input.value, button).catch(() => input.select()); // without the right to the clipboard: ready to be copied
  } else if (button && "copyAll" in button.dataset) {
    copy(asText(), button).catch(() => {});
  } else if (button && "print" in button.dataset) {
    print();
  }
});
document.documentElement.classList.add("has-script");
