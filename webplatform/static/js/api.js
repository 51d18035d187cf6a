// Requests to the REST API with the page's login.

export const API = "/api/v1";

/** What the API answered when it refused: its status, code, message and details. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{message?: string, code?: string, details?: Record<string, string>} | null} body
   */
  constructor(status, body) {
    super(body?.message ?? "");
    this.status = status;
    this.code = body?.code ?? "";
    this.details = body?.details ?? {};
  }
}

/** The token that Django wants back with every change. */
export function csrfToken() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field instanceof HTMLInputElement ? field.value : "";
}

/**
 * What a failed request says to the reader: the server's words, `otherwise` where it has none or was not reached.
 * @param {unknown} error
 * @param {string} otherwise
 */
export function reasonOf(error, otherwise) {
  return error instanceof Refusal && error.message ? error.message : otherwise;
}

/**
 * The JSON answer; a Refusal is thrown for any other status than 2xx.
 * @param {string} path
 * @param {{method?: string, body?: BodyInit}} [how]
 */
export async function request(path, { method = "GET", body } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  const response = await fetch(API + path, { method, headers, body, credentials: "same-origin" });
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/**
 * Every row of a list, page by page.
 * @param {string} path
 */
export async function requestRows(path) {
  const rows = [];
  for (let asked = `${path}?page_size=1000`; asked; ) {
    const { results, next } = await request(asked);
    rows.push(...results);
    asked = next && path + new URL(next).search;
  }
  return rows;
}
