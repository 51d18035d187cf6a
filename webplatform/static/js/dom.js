// The page's elements, found as the kind that the code needs. Where a page lacks one, or has it as another kind, an
// error says so at once: a script and its template belong together.

/**
 * A class of elements, as HTMLInputElement; HTMLElement where none is named.
 * @template {Element} T
 * @typedef {abstract new () => T} Kind
 */

/**
 * The element with this id.
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {Kind<T>} [kind]
 * @returns {T}
 */
export function find(id, kind) {
  return checked(document.getElementById(id), kind, `#${id}`);
}

/**
 * The element with this id, or null where the page goes without it.
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {Kind<T>} [kind]
 * @returns {T | null}
 */
export function findOptional(id, kind) {
  const element = document.getElementById(id);
  return element && checked(element, kind, `#${id}`);
}

/**
 * The first element under `root` that the selector names.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @returns {T}
 */
export function findIn(root, selector, kind) {
  return checked(root.querySelector(selector), kind, selector);
}

/**
 * All elements under `root` that the selector names.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @returns {T[]}
 */
export function findAll(root, selector, kind) {
  return Array.from(root.querySelectorAll(selector), (element) => checked(element, kind, selector));
}

/**
 * The element that an event came from, or the nearest one around it, that the selector names; null where none is.
 * @template {Element} [T=HTMLElement]
 * @param {EventTarget | null} target
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @returns {T | null}
 */
export function closest(target, selector, kind) {
  const element = target instanceof Element ? target.closest(selector) : null;
  return element && checked(element, kind, selector);
}

/**
 * A copy of the one element that a template holds.
 * @param {HTMLTemplateElement} template
 * @returns {HTMLElement}
 */
export function copyOf(template) {
  return checked(template.content.firstElementChild?.cloneNode(true), HTMLElement, `template#${template.id}`);
}

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 */
export function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser draws on no more canvases.");
  return pen;
}

/**
 * The field of this name in a form.
 * @template {HTMLElement} T
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {Kind<T>} kind
 * @returns {T}
 */
export function fieldOf(form, name, kind) {
  return checked(form.elements.namedItem(name), kind, `[name=${name}]`);
}

/**
 * @template {Element} T
 * @param {unknown} element
 * @param {Kind<T> | undefined} kind
 * @param {string} name
 * @returns {T}
 */
function checked(element, kind, name) {
  const expected = kind ?? HTMLElement;
  if (element instanceof expected) return /** @type {T} */ (element);
  throw new TypeError(`The page has no ${expected.name} ${name}.`);
}
