"""What an attacker tries first: foreign sites, planted cookies, extra fields, keys in addresses, files that lie."""

from __future__ import annotations

import ast
import io
import logging
import re
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

import inference
from tests.webplatform.access.rows import routes
from tests.webplatform.analysis.conftest import MP4, upload_of
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.analysis.services import submit_video
from webplatform.common.errors import Invalid
from webplatform.common.observability.logs import WithoutKeys
from webplatform.history.models import Session
from webplatform.learning.services import import_dataset
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.settings import ROOT
from webplatform.studies.models import Study

PASSWORD = "correct-horse-battery"
EVIL = "https://evil.example/"


@pytest.fixture
def key(study, owner) -> str:
    """Opens a participant's link."""
    return create_link(participant=add_participant(study=study, user=owner, pseudonym="Blue"), user=owner)[1]


def log_in(client: Client, user: User, **more: str):
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD, **more})


# -- other sites ---
@pytest.mark.parametrize(
    "target", [EVIL, "//evil.example/", "https:evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_address_that_is_passed_on_leads_to_another_site(client, owner, consent, target):
    answers = [
        client.post("/i18n/setlang/", {"language": "id", "next": target}),
        log_in(client, owner, next=target),
        client.post("/consent/", {"agree": "yes", "next": target}),
        client.get("/account/login/", {"next": target}),
        client.post("/account/logout/", {"next": target}),
    ]
    assert [answer.status_code for answer in answers] == [302] * 5
    assert [answer["Location"] for answer in answers if "evil" in answer["Location"] or ":" in answer["Location"]] == []


# -- logins ---
def test_a_planted_login_is_worth_nothing_after_signing_in(client, owner):
    client.get("/account/login/")
    session = client.session
    session["mark"] = "planted"
    session.save()
    planted = client.session.session_key
    log_in(client, owner)
    assert client.session.session_key != planted
    assert client.session["_auth_user_id"] == str(owner.pk)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/account/").status_code == 302


def test_a_planted_login_is_worth_nothing_after_a_link_was_opened(client, key):
    session = client.session
    session["mark"] = "planted"
    session.save()
    planted = session.session_key
    client.get(f"/p/{key}/")
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/p/").status_code == 404
    assert client.get("/p/").status_code == 200


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "key", "Authorization", "Participant-Key"])
def test_a_key_in_an_address_opens_nothing(client, owner, key, name):
    token = create_token(user=owner, name="x")[1]
    assert client.get("/api/v1/sessions/", {name: token}).status_code == 401
    assert client.get("/api/v1/own/", {name: key}).status_code == 400


# -- fields that are not offered ---
def test_renaming_a_session_changes_nothing_else(api_of, owner, study, session_of_owner):
    other = Study.objects.create(name="Other")
    sent = {"title": "Run", "study": str(other.pk), "created_by": 1, "state": "open", "consent": 1, "summary": {}}
    answer = api_of(owner).patch(f"/api/v1/sessions/{session_of_owner.pk}/", sent)
    assert (answer.status_code, set(answer.json()["details"])) == (400, set(sent) - {"title"})
    now = Session.objects.get(pk=session_of_owner.pk)
    before = session_of_owner.title
    assert (now.title, now.study_id, now.created_by_id, now.state) == (before, study.pk, owner.pk, "closed")


def test_changing_a_study_moves_neither_its_members_nor_what_nobody_offers(api_of, owner, study):
    stated = {"name": "New", "purpose": "p", "setting": "research", "contact": "c"}
    forged = {**stated, "id": "0", "is_personal": True, "members": [], "memberships": [], "approval": "approved"}
    answer = api_of(owner).put(f"/api/v1/studies/{study.pk}/", forged)
    assert (answer.status_code, set(answer.json()["details"])) == (400, set(forged) - set(stated))
    now = Study.objects.get(pk=study.pk)
    assert (now.name, now.is_personal, now.memberships.count()) == ("Pilot", False, 2)


def test_nobody_makes_themselves_an_admin(client, client_of, owner):
    forged = {"is_staff": "on", "is_superuser": "on", "is_active": "on", "email": "root@example.org"}
    client_of(owner).post("/account/", {"first_name": "A", "last_name": "B", **forged})
    client.post("/account/signup/", {**forged, "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(is_staff=True).exists()
    assert User.objects.get(pk=owner.pk).email == "owner@example.org"


def test_every_form_and_serializer_names_its_fields():
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "webplatform").rglob("*.py")}
    open_ended = re.compile(r"fields\s*=\s*[\"']__all__|^\s+exclude\s*=", re.MULTILINE)
    loose = [path.name for path, text in texts.items() if open_ended.search(text) and path.name != "admin.py"]
    assert loose == []


def test_only_named_modules_speak_to_other_machines():
    """Nothing fetches an address that a user gave: whoever can open a connection is on this list."""
    clients = {
        "httpx",
        "requests",
        "urllib.request",
        "http.client",
        "aiohttp",
        "socket",
        "websockets",
        "smtplib",
        "ftplib",
    }
    found = set()
    for path in (path for house in ("inference", "training", "webplatform") for path in (ROOT / house).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if clients & {part for name in names for part in (name, name.split(".")[0])}:
                found.add(str(path.relative_to(ROOT)))
    assert found == SPEAKERS


SPEAKERS = {
    "webplatform/accounts/adapter.py",  # the name of an error of sending e-mail
    "webplatform/operations/demo_client.py",  # to the platform itself
    "webplatform/operations/health.py",  # the name of this machine
    "webplatform/operations/management/commands/health.py",  # the platform itself
    "webplatform/studies/invitations.py",  # the name of an error of sending e-mail
    "webplatform/operations/startup.py",  # whether a port of this machine is free,
    "webplatform/common/outbound/addresses.py",  # judges the addresses that users give
    "webplatform/common/observability/tracing.py",  # the name of this machine
    "webplatform/fetching/source.py",  # to addresses that were judged
    "webplatform/operations/server.py",  # the port that web processes share
    "webplatform/operations/sockets.py",  # sockets that others opened to the platform
    "webplatform/webhooks/posting.py",  # to addresses that were judged
}


# -- files that lie ---
PAGE = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "content"),
    [("page.mp4", PAGE), ("picture.mp4", b"\x89PNG\r\n\x1a\n" + bytes(64)), ("program.mp4", b"MZ" + bytes(64)),
     ("page.html", MP4), ("page.svg", MP4), ("clip.mp4.html", MP4), ("archive.avi", b"PK\x03\x04" + bytes(64))],
)  # fmt: skip
def test_a_file_that_lies_about_its_kind_is_refused(owner, consent, name, content):
    with pytest.raises(Invalid):
        submit_video(user=owner, upload=upload_of(name, content))


def test_a_page_in_a_videos_clothes_is_served_as_a_video_that_runs_nothing(client_of, owner, consent):
    job = submit_video(user=owner, upload=upload_of("clip.mp4", MP4 + PAGE))
    answer = client_of(owner).get(f"/sessions/{job.session_id}/media/")
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert PAGE in b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", ["../../settings.mp4", "..\\..\\settings.mp4", "/etc/passwd.mp4", "a\x00b.mp4"])
def test_a_name_is_never_a_path(owner, consent, name):
    job = submit_video(user=owner, upload=upload_of(name))
    inside = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert [path.parent for path in inside] == [job.session.folder]
    assert inside[0].name.startswith("media.mp4")


@pytest.mark.parametrize("source", ["..", "../..", "/etc", "../models", "own/../../models", "", "."])
def test_the_import_folder_is_not_left(owner, settings, tmp_path, source):
    settings.DATA_DIR = tmp_path
    (tmp_path / "import" / "own").mkdir(parents=True)
    (tmp_path / "models").mkdir()
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    owner.refresh_from_db()
    with pytest.raises(Invalid):
        import_dataset(user=owner, name="x", licence="", source=source)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header states this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


@pytest.mark.parametrize("size", [(60_000, 60_000), (100_000, 100), (4000, 4000)])
def test_a_picture_bomb_is_refused_by_its_header(size):
    with pytest.raises(inference.InferenceError) as refused:
        inference.load_engine(inference.SHIPPED_BUNDLE).live().read(png_that_claims(*size), 0)
    assert "pixels" in str(refused.value)


# -- what is written down ---
def test_log_lines_carry_no_personal_data(caplog, client, owner, consent, key, mailoutbox):
    caplog.set_level(logging.DEBUG)
    token = create_token(user=owner, name="secret notebook")[1]
    client.post("/account/login/", {"login": owner.email, "password": "a-wrong-password"})
    log_in(client, owner)
    client.post("/upload/", {"file": io.BytesIO(b"no video"), "title": "my diagnosis"})
    submit_video(user=owner, upload=upload_of("anna-at-the-doctor.mp4"))
    client.get("/api/v1/sessions/", headers={"Authorization": f"Token {token}"})
    client.get("/api/v1/sessions/", headers={"Authorization": f"Token {token}x"})
    client.get(f"/p/{key}/")
    client.post(f"/p/{key}/")
    client.get(f"/p/{key}x/")
    client.post("/account/password/reset/", {"email": owner.email})
    said = "\n".join(log_line(record) for record in caplog.records)
    private = [owner.email, PASSWORD, "a-wrong-password", token, key, "anna-at-the-doctor", "my diagnosis", "127.0.0.1"]
    assert [secret for secret in private if secret in said] == []


def log_line(record: logging.LogRecord) -> str:
    """A record as the platform's own handler writes it."""
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        import_string(settings.LOGGING["filters"][name]["()"])().filter(record)
    return record.getMessage()


# -- logs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", sorted(route for route in routes() if re.search(r"<[^>]*key>", route)))
def test_a_key_in_an_address_reaches_no_log_line_by_any_method(route, client, db, caplog):
    secret = "aB3-" * 10
    address = "/" + re.sub(r"<[^>]*(?:key|link)>", secret, route.replace("<uidb36>", "1"))
    for method in ("get", "post", "put", "delete"):
        getattr(client, method)(address)
    lines = [record for record in caplog.records if WithoutKeys().filter(record)]
    assert [line.getMessage() for line in lines if secret in line.getMessage()] == []


def test_tokens_reach_no_log_line(caplog):
    secret = "A1b2" * 10
    for text in (f"Token {secret}", f"Ticket {secret}", f"raut_{secret}", f"raut.ticket.{secret}"):
        record = logging.LogRecord("x", logging.INFO, "x", 1, "seen %s", (text,), None)
        assert WithoutKeys().filter(record)
        assert secret not in record.getMessage()


def test_a_letter_that_cannot_be_sent_is_written_nowhere(settings, client, owner, caplog, capsys):
    settings.EMAIL_BACKEND = "webplatform.common.outbound.mail.NoMail"
    page = client.get("/account/password/reset/").content.decode()
    assert "Mail is off" in page
    client.post("/account/password/reset/", {"email": owner.email})
    assert "Mail is off" in caplog.text
    assert "/reset/key/" not in caplog.text + capsys.readouterr().out


def test_logs_hold_no_addresses_or_keys():
    for text in ("sent to dewi.s+lab@uni.example.org", "postgres://raut:x@db.example.org/raut"):
        record = logging.LogRecord("x", logging.INFO, "x", 1, "seen %s", (text,), None)
        assert WithoutKeys().filter(record)
        assert "example.org" not in record.getMessage()
