// The menus of whom a recording shows and in which condition: only the conditions of the chosen place are offered.

import { findAll, findOptional } from "../dom.js";

const of = findOptional("of", HTMLSelectElement);
const condition = findOptional("condition", HTMLSelectElement);

/**
 * @param {HTMLSelectElement} of
 * @param {HTMLSelectElement} condition
 */
function offerConditions(of, condition) {
  const study = of.selectedOptions[0]?.dataset.study;
  const groups = findAll(condition, "optgroup[data-study]", HTMLOptGroupElement);
  for (const part of [...groups, ...findAll(condition, "option[data-study]", HTMLOptionElement)]) {
    part.hidden = part.disabled = part.dataset.study !== study;
  }
  if (condition.selectedOptions[0]?.disabled) condition.value = "";
}

if (of && condition) {
  of.addEventListener("change", () => offerConditions(of, condition));
  offerConditions(of, condition);
}

/**
 * What the menus say, as the REST API and the live socket take it.
 * @returns {Place}
 */
export function chosen() {
  const [kind, number = ""] = (of?.value ?? "").split("=");
  const place = number ? { [kind]: number } : {};
  return condition?.value ? { ...place, condition: condition.value } : place;
}

/** Whether somebody is chosen; where there is no menu, whoever sits there is. */
export const isChosen = () => of?.value !== "";
