// Cells of tables that scripts make.

/**
 * @param {"th" | "td"} kind
 * @param {string | number | undefined} text
 * @param {string} [scope]
 */
export function cell(kind, text, scope = "") {
  const element = document.createElement(kind);
  element.textContent = String(text ?? "");
  if (scope) element.scope = scope;
  return element;
}
