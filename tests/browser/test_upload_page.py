"""The upload page's Cancel: it acts on its own file, whatever the others are at."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.visitor import Visitor
from tests.clips import moving_face, write_clip
from tests.whole_platform import Platform

JOB = {"progress": 0, "faces_found": 0, "seconds_left": None, "attempts": 0, "error": None, "session_url": "/"}
JOB |= {"queued_at": "2026-11-27T00:00:00Z"}


def job(number: int, status: str = "queued") -> dict[str, object]:
    return JOB | {"id": f"job-{number}", "status": status, "session": f"session-{number}", "title": f"{number}.mp4"}


# Parts that leave at once and are answered when the test says so: interception by the driver tells no progress.
HELD_UPLOADS = """
  window.held = [];
  window.XMLHttpRequest = class {
    upload = {};
    open(method) { this.method = method; }
    setRequestHeader() {}
    getResponseHeader(name) { return this.headers[name.toLowerCase()] ?? null; }
    send(body) {
      if (this.method === "POST") {
        this.answer(201, { location: `/api/v1/uploads/${window.held.length + 1}/` });
      } else if (this.method === "PATCH") {
        window.held.push(this);
        this.size = body.size;
        setTimeout(() => this.upload.onprogress({ lengthComputable: true, loaded: body.size }));
      } else this.answer(204, {});
    }
    abort() {}
    answer(status, headers) {
      Object.assign(this, { status, headers, responseText: "" });
      setTimeout(() => this.onload());
    }
    become(job) {
      this.answer(204, { "upload-offset": String(this.size), "raut-job": job });
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
    page.route("**/api/v1/analyses/job-*/", lambda route: route.fulfill(json=job(int(route.request.url[-2]))))
    page.goto("/upload/")
    first, second, third = choose(page, 1, 2, 3)
    expect(first).to_contain_text("uploaded, being checked")
    page.evaluate("held[0].become('job-1')")
    expect(first).to_contain_text("waiting for its turn")
    expect(second).to_contain_text("uploaded, being checked")

    first.get_by_role("button", name="Cancel").click()  # analysed, while the second one is sent
    expect(first).to_contain_text("cancelled")
    third.get_by_role("button", name="Cancel").click()  # waiting
    expect(third).to_contain_text("The upload was stopped.")
    expect(second).to_contain_text("uploaded, being checked")

    second.get_by_role("button", name="Cancel").click()  # the server has it whole: cancelled once it has a job
    page.evaluate("held[1].become('job-2')")
    expect(second).to_contain_text("cancelled")
    assert cancelled == ["job-1", "job-2"]
    assert page.evaluate("held.length") == 2


def test_a_lost_network_costs_nothing_and_a_reload_offers_to_go_on(visit: Callable[..., Visitor], platform: Platform):
    visitor = visit(platform.create_user())
    page = visitor.page
    visitor.expect("net::ERR_CONNECTION_RESET", "net::ERR_FAILED")
    clip = write_clip(platform.data_dir / "walk.mp4", moving_face(5))
    page.route("**/api/v1/uploads/*/", lambda route: route.abort("connectionreset"))
    page.goto("/upload/")
    page.locator("#files").set_input_files(clip)
    line = page.locator("#queue-list li")
    expect(line).to_contain_text("The upload goes on by itself")

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    half = page.locator("#half li")
    expect(half).to_contain_text("walk.mp4: 0")
    page.unroute("**/api/v1/uploads/*/")
    page.locator("#files").set_input_files(clip)
    expect(line).to_contain_text("See the session", timeout=60_000)
    page.reload()
    expect(page.locator("#half")).to_be_hidden()


def test_what_broke_off_is_removed_on_request(visit: Callable[..., Visitor], platform: Platform):
    person = platform.create_user()
    visitor = visit(person)
    page = visitor.page
    visitor.expect("net::ERR_CONNECTION_RESET", "net::ERR_FAILED")
    page.route("**/api/v1/uploads/*/", lambda route: route.abort("connectionreset"))
    page.goto("/upload/")
    choose(page, 1)
    expect(page.locator("#queue-list li")).to_contain_text("The upload goes on by itself")
    page.unroute("**/api/v1/uploads/*/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("#half").get_by_role("button", name="Remove what is here of 1.mp4").click()
    expect(page.locator("#half")).to_be_hidden()
    assert person.api.get("/api/v1/uploads/").json()["results"] == []
