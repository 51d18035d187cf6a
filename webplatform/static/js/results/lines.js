// What tells groups apart: a colour and a dash for each, so that no two differ by their colour only.

import { themeColor } from "../session/paint.js";

const COLORS = 6;
const DASHES = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 2], [2, 6]];

export const groupColor = (place) => themeColor(`group-${(place % COLORS) + 1}`);

/** The dash of a group, CSS pixels: another one for each of the first six groups, then moved on by one. */
export const groupDash = (place) => DASHES[(place + Math.floor(place / COLORS)) % DASHES.length];

/** A colour with this much of it, for a band behind its line. */
export function faded(color, share) {
  const digits = color.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  return `rgb(${red} ${green} ${blue} / ${share})`;
}

/** List the groups' names with a piece of their lines. */
export function drawLegend(list, names) {
  list.replaceChildren(...names.map((name, place) => legendItem(name, place)));
}

function legendItem(name, place) {
  const item = document.createElement("li");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [key, value] of [
    ["width", 30],
    ["height", 10],
    ["aria-hidden", "true"],
  ])
    svg.setAttribute(key, value);
  for (const [key, value] of [
    ["x1", 0],
    ["x2", 30],
    ["y1", 5],
    ["y2", 5],
    ["stroke-width", 2.5],
  ]) {
    line.setAttribute(key, value);
  }
  line.setAttribute("stroke-dasharray", groupDash(place).join(" "));
  line.setAttribute("class", `group-line-${(place % COLORS) + 1}`);
  svg.append(line);
  item.append(svg, name);
  return item;
}
