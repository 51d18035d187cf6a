// The page of new links: copies one or all of them, and prints the sheet.

const copied = document.getElementById("copied");
const table = document.getElementById("links");

async function copy(text, button) {
  await navigator.clipboard.writeText(text);
  copied.textContent = "";
  requestAnimationFrame(() => (copied.textContent = copied.dataset.text));
  button.dataset.label ??= button.textContent;
  button.textContent = copied.dataset.text;
  setTimeout(() => (button.textContent = button.dataset.label), 2000);
}

/** A cell that no spreadsheet takes for a formula. */
const cellOf = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** The table as spreadsheets take it: a line for each participant, cells apart by tabs. */
function asText() {
  const rows = [...table.tBodies[0].rows];
  return rows
    .map((row) =>
      [cellOf(row.cells[0].textContent.trim()), row.querySelector("input").value, row.cells[2].textContent.trim()].join(
        "\t",
      ),
    )
    .join("\n");
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.copy) {
    const input = document.getElementById(button.dataset.copy);
    copy(input.value, button).catch(() => input.select()); // without the right to the clipboard: ready to be copied
  } else if (button && "copyAll" in button.dataset) {
    copy(asText(), button).catch(() => {});
  } else if (button && "print" in button.dataset) {
    print();
  }
});
document.documentElement.classList.add("has-script");
