"""The pages and REST addresses of exports, as their owner uses them."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from webplatform.accounts.models import AuditEvent
from webplatform.exporting.models import ExportJob
from webplatform.history.models import Session


def test_a_session_is_exported_by_page_and_fetched(told, owner, client_of, made):
    browser = client_of(owner)
    page = browser.get(reverse("exporting:new"), {"session": told.pk})
    assert page.status_code == 200
    sent = browser.post(reverse("exporting:new"), {"session": told.pk, "format": "csv", "decimal_comma": "yes"})
    assert sent.url == reverse("exporting:list")
    job = ExportJob.objects.get()
    assert (job.options["decimal_comma"], job.state, list(job.sessions.all())) == (True, "queued", [told])
    assert "waiting for its turn" in browser.get(reverse("exporting:list")).content.decode()


def test_the_file_is_sent_by_name_to_its_owner_and_the_audit_says_so(told, owner, client_of, made, content):
    job = made("csv", told)
    browser = client_of(owner)
    assert reverse("exporting:file", args=[job.pk]) in browser.get(reverse("exporting:list")).content.decode()
    answer = browser.get(reverse("exporting:file", args=[job.pk]))
    assert b"".join(answer.streaming_content) == content(job)
    assert answer["Content-Disposition"].startswith('attachment; filename="walk-csv-')
    assert int(answer["Content-Length"]) == job.size_bytes
    assert AuditEvent.objects.filter(action="exportjob.downloaded", target=f"exportjob:{job.pk}").exists()


def test_an_expired_file_is_not_sent(told, owner, client_of, made):
    job = made("csv", told)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client_of(owner).get(reverse("exporting:file", args=[job.pk])).status_code == 404


def test_the_page_offers_no_video_where_none_is_kept(told, owner, client_of):
    page = client_of(owner).get(reverse("exporting:new"), {"session": told.pk}).content.decode()
    assert "No video of it is kept on this server." in page
    answer = client_of(owner).post(reverse("exporting:new"), {"session": told.pk, "format": "video"})
    assert answer.status_code == 409
    assert "No video of it is kept on this server. Choose another" in answer.content.decode()


def test_a_study_is_exported_whole_and_what_is_left_out_is_said(told, session_like, owner, client_of):
    failed = session_like(told)
    Session.objects.filter(pk=failed.pk).update(state="failed")
    browser = client_of(owner)
    page = browser.get(reverse("exporting:new"), {"study": told.study_id}).content.decode()
    assert "1 session is left out" in page
    browser.post(reverse("exporting:new"), {"study": told.study_id, "format": "xlsx"})
    assert list(ExportJob.objects.get().sessions.all()) == [told]


def test_ticked_sessions_lead_to_the_choice(told, session_like, owner, client_of):
    other = session_like(told)
    sent = {"do": "export", "session": [told.pk, other.pk]}
    page = client_of(owner).post(reverse("dashboard:bulk"), sent).content.decode()
    assert page.count('name="session"') == 2


def test_what_makes_no_sense_is_said_on_the_page(told, session_like, owner, client_of):
    browser, address = client_of(owner), reverse("exporting:new")
    assert "There is no such kind" in browser.post(address, {"session": told.pk, "format": "x"}).content.decode()
    unknown = browser.post(address, {"session": told.pk, "format": "csv", "face": "7"})
    assert (unknown.status_code, "has no face 7" in unknown.content.decode()) == (400, True)
    for sent in ({"session": "nonsense"}, {}, {"study": "0"}):
        assert browser.post(address, {**sent, "format": "csv"}).status_code == 404


def test_a_program_asks_waits_fetches_and_deletes(told, owner, api_of, made, django_capture_on_commit_callbacks):
    api = api_of(owner)
    asked = api.post("/api/v1/export-jobs/", {"format": "csv", "sessions": [str(told.pk)]})
    assert (asked.status_code, asked.data["state"], asked.data["file"]) == (202, "queued", None)
    done = made("json", told)
    told_of = api.get(f"/api/v1/export-jobs/{done.pk}/").data
    assert (told_of["state"], told_of["progress"], told_of["sessions"]) == ("done", 1.0, 1)
    assert b"".join(api.get(told_of["file"]).streaming_content).startswith(b"{")
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"/api/v1/export-jobs/{done.pk}/").status_code == 204
    assert not done.file.exists()
    assert [job["id"] for job in api.get("/api/v1/export-jobs/").data["results"]] == [asked.data["id"]]


def test_a_program_is_told_what_it_lacks(told, owner, api_of):
    api = api_of(owner)
    assert api.post("/api/v1/export-jobs/", {"format": "csv"}).status_code == 400
    both = {"format": "csv", "sessions": [str(told.pk)], "study": str(told.study_id)}
    assert api.post("/api/v1/export-jobs/", both).status_code == 400


def test_the_list_asks_as_often_for_many_exports_as_for_few(told, owner, made, client_of):
    browser, counts = client_of(owner), []
    for n in (1, 4):
        for _n in range(n):
            made("csv", told)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("exporting:list"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
