"""Somebody before a browser: what they do, and what their browser complains about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, TimeoutError

from tests.whole_platform import Person

COUNT_DRAWN = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Set();
  let drawn = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 200) continue;
    drawn += 1;
    colors.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);
  }
  return [drawn, colors.size];
}"""
TELL_TIMELINE = """plot => {
  const { top, bottom, width } = document.querySelector(plot).getBoundingClientRect();
  const where = { top, bottom, width, windowHeight: innerHeight, hidden: document.hidden };
  return JSON.stringify({ ...where, html: document.querySelector(plot).parentElement.outerHTML.slice(0, 600) });
}"""
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`CSP: ${violatedDirective} ${blockedURI}`));"""


class Visitor:
    """A window of the browser.

    `problems` collects errors, warnings, policy violations and answers of 500 and more, `unanswered` what still loads.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.problems: list[str] = []
        self.expected: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.set_default_timeout(20_000)
        self.page: Page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._note_response)
        self.unanswered: list[str] = []
        self.page.on("request", lambda request: self.unanswered.append(request.url))
        self.page.on("requestfinished", self._forget_request)
        self.page.on("requestfailed", self._forget_request)

    def expect(self, *texts: str) -> None:
        """These parts of complaints belong to the test."""
        self.expected.extend(texts)

    def enter(self, person: Person, url: str) -> None:
        """Be signed in without the login page, which takes three seconds a test; the home page is shown."""
        client = Client()
        client.force_login(person.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        self.page.goto("/")

    def sign_in(self, email: str, password: str) -> None:
        """Through the login page, as a person does."""
        self.page.goto("/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.locator("main").get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/")

    def open_session(self, session_id: object, anchor: str = "") -> Page:
        """The page of a session, with its first timeline drawn where there is one."""
        self.page.goto(f"/sessions/{session_id}/{anchor}")
        if self.page.locator("[data-plot]").count():
            self.await_timeline()
        return self.page

    def await_timeline(self, face: int = 1) -> None:
        """Wait until the timeline shows what is in view."""
        plot = f"[data-face='{face}'] [data-plot]"
        self.page.locator(plot).scroll_into_view_if_needed()
        try:
            self.page.wait_for_selector(f"{plot}[aria-busy=false] canvas", state="attached")
        except TimeoutError as error:
            told = self.page.evaluate(TELL_TIMELINE, plot)
            raise AssertionError(f"No timeline: {told}; not answered: {self.unanswered}; {self.problems}") from error

    def answers(self, path: str) -> Any:
        """What the API answers to the signed-in page (the JSON differs from path to path)."""
        return self.context.request.get(f"/api/v1{path}").json()

    def drawn(self, selector: str) -> tuple[int, int]:
        """How many pixels of a canvas are drawn, in how many colours."""
        pixels, colors = self.page.locator(selector).first.evaluate(COUNT_DRAWN)
        return pixels, colors

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in self.expected):
            self.problems.append(f"{self.page.url}: {message.text}")

    def _forget_request(self, request: Request) -> None:
        if request.url in self.unanswered:
            self.unanswered.remove(request.url)

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")
