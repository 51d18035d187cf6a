// What tells groups apart: a colour and a dash for each, so that no two differ by their colour only.

import { themeColor } from "../paint.js";

const COLORS = 6;
const DASHES = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 2], [2, 6]];

/** @param {number} index */
export const groupColor = (index) => themeColor(`group-${(index % COLORS) + 1}`);

/**
 * The dash of a group, CSS pixels: another one for each of the first six groups, then moved on by one.
 * @param {number} index
 */
export const groupDash = (index) => DASHES[(index + Math.floor(index / COLORS)) % DASHES.length];

/**
 * A colour (#rrggbb) with this much of it, for a band behind its line.
 * @param {string} color
 * @param {number} share
 */
export function faded(color, share) {
  const digits = color.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  return `rgb(${red} ${green} ${blue} / ${share})`;
}

/**
 * List the groups' names with a piece of their lines.
 * @param {HTMLElement} list
 * @param {string[]} names
 */
export function drawLegend(list, names) {
  list.replaceChildren(...names.map((name, index) => legendItem(name, index)));
}

/**
 * @param {string} name
 * @param {number} index
 */
function legendItem(name, index) {
  const item = document.createElement("li");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  setAll(svg, { width: "30", height: "10", "aria-hidden": "true" });
  setAll(line, { x1: "0", x2: "30", y1: "5", y2: "5", "stroke-width": "2.5" });
  line.setAttribute("stroke-dasharray", groupDash(index).join(" "));
  line.setAttribute("class", `group-line-${(index % COLORS) + 1}`);
  svg.append(line);
  item.append(svg, name);
  return item;
}

/**
 * @param {SVGElement} element
 * @param {Record<string, string>} attributes
 */
function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
