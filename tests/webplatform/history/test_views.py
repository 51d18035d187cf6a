"""The downloads: complete, streamed, harmless in a spreadsheet, and only for those who may see the session."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse

from inference import EMOTIONS
from tests.webplatform.history.readings import face, frame
from webplatform.history import session_files
from webplatform.history.models import Session
from webplatform.history.services import append_readings

NAMES = ["history:csv", "history:json"]


def _get(client, name, session):
    return client.get(reverse(name, args=[session.pk]))


def _text(answer):
    return b"".join(answer.streaming_content).decode()


class TestWhoMayDownload:
    @pytest.mark.parametrize("name", NAMES)
    def test_owner_and_viewer_can(self, story, owner, viewer, client_of, name):
        for user in (owner, viewer):
            answer = _get(client_of(user), name, story)
            assert answer.status_code == 200
            assert _text(answer)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_stranger_finds_nothing(self, story, stranger, client_of, name):
        assert _get(client_of(stranger), name, story).status_code == 404

    @pytest.mark.parametrize("name", NAMES)
    def test_whoever_is_not_signed_in_is_asked_to(self, story, name):
        answer = _get(Client(), name, story)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


class TestCsv:
    def test_it_has_one_line_per_observation(self, story, owner, client_of):
        rows = list(csv.DictReader(io.StringIO(_text(_get(client_of(owner), "history:csv", story)))))
        assert list(rows[0]) == [
            "t_ms",
            "track",
            "x",
            "y",
            "w",
            "h",
            *EMOTIONS,
            "dominant",
            "reason",
            "model",
            "frame_width",
            "frame_height",
            "study",
            "participant",
            "condition",
            "stimulus",
            "stimulus_position",
            "external_id",
            "person",
            "person_name",
            "corrected",
            "excluded",
            "segments",
        ]
        assert len(rows) == 11
        assert rows[0] == {
            "t_ms": "0", "track": "1", "x": "10.0", "y": "20.0", "w": "30.0", "h": "40.0",
            "angry": "0.0", "disgust": "0.0", "fear": "0.0", "happy": "0.8", "sad": "0.2", "surprise": "0.0",
            "neutral": "0.0", "dominant": "happy", "reason": "", "model": "raut-test 1",
            "frame_width": "640", "frame_height": "480", "study": "Pilot", "participant": "", "condition": "",
            "stimulus": "", "stimulus_position": "", "external_id": "",
            "person": "1", "person_name": "", "corrected": "", "excluded": "0", "segments": "",
        }  # fmt: skip

    def test_an_unscored_face_has_empty_scores_and_its_reason(self, story, owner, client_of):
        rows = list(csv.DictReader(io.StringIO(_text(_get(client_of(owner), "history:csv", story)))))
        assert (rows[-1]["happy"], rows[-1]["dominant"], rows[-1]["reason"]) == ("", "", "blurred")

    def test_a_model_name_cannot_become_a_formula(self, story, owner, client_of):
        story.model_version.name = '=HYPERLINK("http://example.org")'
        story.model_version.save()
        rows = list(csv.DictReader(io.StringIO(_text(_get(client_of(owner), "history:csv", story)))))
        assert rows[0]["model"].startswith("'=")

    def test_an_empty_session_has_a_header_only(self, session, owner, client_of):
        assert _text(_get(client_of(owner), "history:csv", session)).count("\n") == 1

    def test_pages_of_any_size_hold_every_observation_once(self, story, monkeypatch):
        whole = "".join(session_files.csv_pieces(story))
        for rows in (1, 2, 3, 11):
            monkeypatch.setattr(session_files, "PAGE_ROWS", rows)
            assert "".join(session_files.csv_pieces(story)) == whole


class TestJson:
    def test_it_holds_accounting_model_summary_and_observations(self, story, owner, client_of):
        loaded = json.loads(_text(_get(client_of(owner), "history:json", story)))
        assert loaded["session"]["frames"]["sampled"] == 10
        assert loaded["session"]["model"]["version"] == "1"
        assert loaded["session"]["tracks"][0]["longest"][1]["end_ms"] == 1400
        assert [row["t_ms"] for row in loaded["observations"]][:3] == [0, 200, 400]
        assert len(loaded["observations"]) == 11

    def test_it_is_valid_whatever_the_page_size(self, story, owner, client_of, monkeypatch):
        monkeypatch.setattr(session_files, "PAGE_ROWS", 3)
        assert len(json.loads(_text(_get(client_of(owner), "history:json", story)))["observations"]) == 11

    def test_an_empty_session_is_valid_json(self, session, owner, client_of):
        assert json.loads(_text(_get(client_of(owner), "history:json", session)))["observations"] == []


class TestHeaders:
    @pytest.mark.parametrize(
        ("title", "start"),
        [
            ("../../etc/passwd", "etcpasswd-"),
            ('=cmd|"/C calc"!A0', "cmdc-calca0-"),
            ("-rf", "rf-"),
            ("\u202egnp.exe", "gnpexe-"),
            ("会議", "session-"),
        ],
    )
    def test_a_hostile_title_becomes_a_harmless_file_name(self, story, owner, client_of, title, start):
        Session.objects.filter(pk=story.pk).update(title=title)
        answer = _get(client_of(owner), "history:csv", story)
        name = f"{start}{story.pk.hex[:8]}.csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'

    @pytest.mark.parametrize("name", NAMES)
    def test_a_download_is_kept_in_no_cache(self, story, owner, client_of, name):
        assert _get(client_of(owner), name, story).headers["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("name", NAMES)
    def test_a_download_only_answers_to_get(self, story, owner, client_of, name):
        assert client_of(owner).post(reverse(name, args=[story.pk])).status_code == 405


class TestStreaming:
    @pytest.mark.parametrize("name", NAMES)
    def test_an_asgi_server_streams_the_same_bytes(self, story, owner, client_of, name):
        """Warnings are errors here: Django warns when it has to collect a plain iterator under ASGI."""

        async def download():
            client = AsyncClient()
            await client.aforce_login(owner)
            answer = await client.get(reverse(name, args=[story.pk]))
            return answer.is_async, b"".join([piece async for piece in answer.streaming_content])

        is_async, body = async_to_sync(download)()
        assert is_async
        assert body.decode() == _text(_get(client_of(owner), name, story))

    def test_a_long_session_costs_no_more_memory_than_a_few_pages(self, session, monkeypatch):
        monkeypatch.setattr(session_files, "PAGE_ROWS", 100)
        for start in range(0, 6000, 1000):
            batch = [frame(200 * i, face(1, happy=1.0)) for i in range(start, start + 1000)]
            append_readings(session=session, readings=batch)
        few = _peak_bytes(session_files.csv_pieces(session), 6)
        all_ = _peak_bytes(session_files.csv_pieces(session), 1000)
        assert all_ < 1.5 * few


def _peak_bytes(pieces, wanted):
    tracemalloc.start()
    for number, _ in enumerate(pieces):
        if number == wanted:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
