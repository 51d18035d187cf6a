// The menus of whom a recording shows and in which condition: only the conditions of the chosen place are offered.

const of = document.getElementById("of");
const condition = document.getElementById("condition");

function offerConditions() {
  const study = of.selectedOptions[0]?.dataset.study;
  for (const part of condition.querySelectorAll("[data-study]")) {
    part.hidden = part.disabled = part.dataset.study !== study;
  }
  if (condition.selectedOptions[0]?.disabled) condition.value = "";
}

if (of && condition) {
  of.addEventListener("change", offerConditions);
  offerConditions();
}

/** What the menus say, as the REST API and the live socket take it. */
export function chosen() {
  const [kind, number = ""] = (of?.value ?? "").split("=");
  const place = number ? { [kind]: number } : {};
  return condition?.value ? { ...place, condition: condition.value } : place;
}

/** Whether somebody is chosen; where there is no menu, whoever sits there is. */
export const isChosen = () => of?.value !== "";
