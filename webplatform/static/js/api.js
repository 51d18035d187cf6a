// Requests to the REST API with the page's login.

export const API = "/api/v1";

/** What the API answered when it refused: its status, code, message and details. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body?.message ?? "");
    this.status = status;
    this.code = body?.code ?? "";
    this.details = body?.details ?? {};
  }
}

/** The token that Django wants back with every change. */
export function csrfToken() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** The JSON answer; a Refusal is thrown for any other status than 2xx. */
export async function request(path, { method = "GET", body = undefined } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  const response = await fetch(API + path, { method, headers, body, credentials: "same-origin" });
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/** Every row of a list, page by page. */
export async function requestRows(path) {
  const rows = [];
  for (let asked = `${path}?page_size=1000`; asked; ) {
    const { results, next } = await request(asked);
    rows.push(...results);
    asked = next && path + new URL(next).search;
  }
  return rows;
}
