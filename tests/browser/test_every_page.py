"""Every page of the table of access, with one of everything on it: axe, width and focus on a phone, light and dark.

Each page is loaded twice: in English and light with all of axe's rules, in Indonesian and dark with those of colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browser.study_seeds import seed_study
from tests.webplatform.access import table
from tests.webplatform.access.rows import read_rows
from tests.webplatform.access.world import PASSWORD, build_world
from tests.whole_platform import Person, Platform
from webplatform.accounts.models import User

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WAYS = {"en": "light", "id": "dark"}
RULES = {"en": [], "id": ["color-contrast", "link-in-text-block"]}  # none: all of them
WHO = ("owner", "admin", "nobody", "participant")
# Files and answers for programs, which no browser shows as a page; and Django's own admin.
NO_PAGES = ("/media/", "/file/", "/copies/", "/proofs/", "/p/films/", ".csv", ".json", ".pdf", ".svg", ".zip")
NO_PAGES += ("/admin/", ".md", ".png", "/livez", "/readyz", "/healthz", "/api/schema/", "/bundle", "/jsi18n/")
# axe's result in one line for each rule, and the parts of the page that break it.
RUN_AXE = """async rules => {
  const options = { resultTypes: ["violations"], ...(rules.length && { runOnly: rules }) };
  const { violations } = await axe.run(document, options);
  const parts = (nodes) => nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(" | ");
  return violations.map(({ id, nodes }) => `${id}: ${parts(nodes)}`);
}"""
IS_WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Focuses one of each kind of what can be focused, and tells those that look the same with and without the focus.
UNSEEN_FOCUS = """known => {
  const plain = new CSSStyleSheet();
  plain.replaceSync("*, *::before, *::after { transition: none !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, plain];
  const ways = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderTopColor", "backgroundColor"];
  ways.push("textDecorationLine", "textDecorationThickness", "color");
  const look = (element) => [element, element.parentElement, element.nextElementSibling].filter(Boolean)
    .flatMap((one) => [null, "::before", "::after"].map((part) => getComputedStyle(one, part)))
    .map((style) => ways.map((way) => style[way]).join()).join();
  const found = [];
  const seen = new Set(known);
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, video, [tabindex='0']";
  for (const element of document.querySelectorAll(all)) {
    const kind = `${element.tagName}.${element.className}.${element.type ?? ""}.${element.parentElement.className}`;
    if (seen.has(kind) || element.disabled || !element.checkVisibility()) continue;
    seen.add(kind);
    document.activeElement?.blur();
    const before = look(element);
    element.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement === element && look(element) === before) found.push(element.outerHTML.slice(0, 120));
  }
  return { found, kinds: [...seen] };
}"""


@pytest.fixture(scope="module")
def world(platform: Platform) -> dict[str, Any]:
    """One of everything in the running platform's database, and a study with results."""
    made = build_world()
    made["users"]["owner"].authenticator_set.all().delete()  # signing in by code has a test of its own
    for user in made["users"].values():
        User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    owner = made["users"]["owner"]
    made["results"] = seed_study(Person(owner, owner.email, PASSWORD, platform.client), people=3).pk
    return made


@pytest.fixture
def windows(browser: Browser, platform: Platform, world: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """`windows(who, language)`: a phone of theirs, signed in, in this language and its way of colours."""
    opened: dict[tuple[str, str], Page] = {}

    def window(who: str, language: str) -> Page:
        if (who, language) not in opened:
            context = browser.new_context(base_url=platform.url, color_scheme=WAYS[language], bypass_csp=True, **PHONE)
            context.set_default_timeout(20_000)
            context.add_init_script(path=AXE)
            opened[who, language] = _enter(context, platform, world, who)
            context.add_cookies([{"name": "django_language", "value": language, "url": platform.url}])
        return opened[who, language]

    yield window
    for page in opened.values():
        page.context.close()


@pytest.mark.timeout(900)  # some 150 pages, a second each on a busy machine
def test_axe_width_and_focus_find_nothing_on_any_page(windows: Callable[..., Page], world: dict[str, Any]):
    problems: dict[str, list[str]] = {}
    kinds: list[str] = []
    looked_at = 0
    for address, who in addresses(world):
        for language, scheme in WAYS.items():
            page = windows(who, language)
            if (status := _open(page, address)) is None:
                continue
            looked_at += 1
            found = list(page.evaluate(RUN_AXE, RULES[language])) + ([] if status == 200 else [f"it answers {status}"])
            found += ["it scrolls sideways"] if page.evaluate(IS_WIDER) else []
            focus = page.evaluate(UNSEEN_FOCUS, kinds if language == "en" else [])
            kinds = focus["kinds"] if language == "en" else kinds
            found += [f"the focus is not seen: {one}" for one in focus["found"]]
            if page.locator("html").get_attribute("lang") != language:
                found.append("it is in another language")
            if found:
                problems[f"{address} ({who}, {language}, {scheme})"] = found
    assert looked_at > 130
    assert problems == {}, "\n".join(f"{where}: {found}" for where, found in problems.items())


def addresses(world: dict[str, Any]) -> list[tuple[str, str]]:
    """Each address that shows somebody a page, with who sees it; the study with results, too."""
    found = []
    for row in read_rows(table.PAGES):
        who = next((who for who in WHO if row.answers[table.PEOPLE.index(who)] == "200"), "")
        if row.method == "GET" and who and not any(part in row.address for part in NO_PAGES):
            found.append((row.path(world), who))
    results = f"/studies/{world['results']}/"
    return [*found, (results, "owner"), (f"{results}?baseline=1&by=participant", "owner")]


def _enter(context: BrowserContext, platform: Platform, world: dict[str, Any], who: str) -> Page:
    page = context.new_page()
    if who == "participant":
        page.goto(f"/p/{world['key']}/")
    elif who != "nobody":
        page.goto("/account/login/")
        page.get_by_label("Email").fill(world["users"][who].email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Log in").click()
        page.wait_for_url("**/")
    return page


def _open(page: Page, address: str) -> int | None:
    """The page's status, None where it is none; what scripts draw is drawn when this returns."""
    try:
        answer = page.goto(address)
    except Error:  # the page before has just loaded itself anew, as one does whose work is done
        answer = page.goto(address)
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        return None
    if page.locator("#charts").count():
        page.wait_for_selector("#charts[aria-busy=false]", state="attached")
    if page.locator("#swagger-ui").count():
        page.wait_for_selector("#operations .opblock")
    return answer.status
