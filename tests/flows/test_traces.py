"""Traces of a real upload, as a real receiver of OpenTelemetry's protocol is sent them by three kinds of processes."""

from __future__ import annotations

from pathlib import Path

from tests.otlp import Receiver
from tests.whole_platform import Platform

NAME = "Rosalind-at-the-dentist.mp4"
TITLE = "Toothache, second visit"


def test_an_upload_is_one_trace_from_the_request_to_the_stages_of_its_job(
    platform: Platform, traces: Receiver, short_clip: Path
):
    person = platform.create_user()
    job = platform.upload(person, short_clip, name=NAME)
    renamed = person.api.patch(f"/api/v1/sessions/{job['session']}/", json={"title": TITLE})
    assert renamed.status_code == 200, renamed.text
    platform.await_job(person, job)
    assert person.api.get(f"/api/v1/sessions/{job['session']}/nothing/?q={person.email}").status_code == 404

    def whole() -> list | None:
        mine = [one for one in traces.spans() if one["raut.about"] == job["id"]]
        found = traces.trace(mine[0]["trace"]) if mine else []
        return found if any(one["name"].startswith("POST") for one in found) else None

    spans = platform.wait_for(whole, timeout_s=30)
    by_name = {one["name"]: one for one in spans}
    request, task, analysis = by_name["POST api/v1/analyses/"], by_name["task analyze"], by_name["analysis"]
    assert (request["parent"], request["http.response.status_code"]) == ("", "202")
    assert (task["parent"], analysis["parent"]) == (request["id"], task["id"])
    assert by_name["read"]["parent"] == analysis["id"]
    assert by_name["store"]["parent"] == by_name["close"]["parent"] == by_name["read"]["id"]
    assert {one["service"] for one in spans} == {"raut"}
    assert len({one["instance"] for one in spans}) == 2  # web and worker

    assert platform.wait_for(lambda: "PATCH api/v1/sessions/<uuid:session_id>/" in traces.names(), timeout_s=30)
    assert platform.wait_for(lambda: "GET no route" in traces.names(), timeout_s=30)
    sent = traces.received.lower()
    for secret in (person.email, NAME, Path(NAME).stem, TITLE, person.api.headers["Authorization"].split()[1]):
        assert secret.lower().encode() not in sent
