"""Pictures of a study's pages for docs/studies.md, from readings that are made up: nobody is seen in them.

Run: `.venv/bin/python -m tests.study_pictures [FOLDER]` (default docs/). It starts a platform of its own, records a
study of twelve participants, waits for its results and photographs them in Chromium, wide and light.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

WIDE = {"width": 1240, "height": 900}
SHOWN = "?show=happy,surprise&baseline=1"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver runs an event loop in this thread
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.study_seeds import seed_study
    from tests.browser.visitor import Visitor
    from tests.left_out import chromium
    from tests.whole_platform import started_platform

    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    with tempfile.TemporaryDirectory() as folder, started_platform(Path(folder)) as platform, sync_playwright() as play:
        person = platform.create_user()
        study = seed_study(person)
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        visitor = Visitor(browser.new_context(base_url=platform.url, viewport=WIDE))
        visitor.sign_in(person.email, person.password)
        page = visitor.page
        page.goto(f"/studies/{study.pk}/{SHOWN}")
        page.wait_for_selector("#charts[aria-busy=false] canvas", state="attached")
        _picture(page, "#choice", "section:has(#curves-title)", target / "study-results.png")
        _picture(
            page, "section:has(#comparison-title)", "section:has(#comparison-title)", target / "study-comparison.png"
        )
        browser.close()


def _picture(page: Any, first: str, last: str, target: Path) -> None:
    """The page, Playwright's, from the top of one element to the end of another."""
    top, end = page.locator(first).bounding_box(), page.locator(last).bounding_box()
    clip = {"x": 0, "y": top["y"] - 12, "width": WIDE["width"], "height": end["y"] + end["height"] - top["y"] + 24}
    page.screenshot(path=target, clip=clip, full_page=True)


if __name__ == "__main__":
    main()
