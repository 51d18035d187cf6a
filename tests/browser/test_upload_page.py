"""The upload page's Cancel: it acts on its own file, whatever the others are at."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.visitor import Visitor
from tests.whole_platform import Platform

JOB = {"progress": 0, "faces_found": 0, "seconds_left": None, "attempts": 0, "error": None, "session_url": "/"}
JOB |= {"queued_at": "2026-11-27T00:00:00Z"}


def job(number: int, status: str = "queued") -> dict[str, object]:
    return JOB | {"id": f"job-{number}", "status": status, "session": f"session-{number}", "title": f"{number}.mp4"}


# Uploads that leave at once and are answered when the test says so: interception by the driver tells no progress.
HELD_UPLOADS = """
  window.held = [];
  window.XMLHttpRequest = class extends EventTarget {
    upload = new EventTarget();
    open() {}
    setRequestHeader() {}
    send() {
      window.held.push(this);
      setTimeout(() => this.upload.dispatchEvent(new ProgressEvent("progress", { loaded: 9, total: 9 })));
    }
    abort() {
      this.dispatchEvent(new Event("abort"));
    }
    answer(job) {
      Object.assign(this, { status: 202, response: job });
      this.dispatchEvent(new Event("load"));
    }
  };
"""


def choose(page: Page, *numbers: int) -> list[Locator]:
    files = [{"name": f"{n}.mp4", "mimeType": "video/mp4", "buffer": bytes(1000 + n)} for n in numbers]
    page.locator("#files").set_input_files(files)
    return [page.locator("#queue-list li").filter(has_text=f"{n}.mp4") for n in numbers]


def test_cancel_stops_its_own_file_at_every_stage(visit: Callable[..., Visitor], platform: Platform):
    page = visit(platform.create_user()).page
    page.add_init_script(HELD_UPLOADS)
    cancelled: list[str] = []

    def cancel(route: Route) -> None:
        number = int(route.request.url.split("job-")[1][0])
        cancelled.append(f"job-{number}")
        route.fulfill(json=job(number, "cancelled"))

    page.route("**/api/v1/analyses/job-*/cancel/", cancel)
    page.goto("/upload/")
    first, second, third = choose(page, 1, 2, 3)
    expect(first).to_contain_text("uploaded, being checked")
    page.evaluate("job => held[0].answer(job)", job(1))
    expect(first).to_contain_text("waiting for its turn")
    expect(second).to_contain_text("uploaded, being checked")

    first.get_by_role("button", name="Cancel").click()  # analysed, while the second one is sent
    expect(first).to_contain_text("cancelled")
    third.get_by_role("button", name="Cancel").click()  # waiting
    expect(third).to_contain_text("The upload was stopped.")
    expect(second).to_contain_text("uploaded, being checked")

    second.get_by_role("button", name="Cancel").click()  # the server has it whole: cancelled once it has a job
    page.evaluate("job => held[1].answer(job)", job(2))
    expect(second).to_contain_text("cancelled")
    assert cancelled == ["job-1", "job-2"]
    assert page.evaluate("held.length") == 2
