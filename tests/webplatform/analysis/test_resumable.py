"""Uploads that come in several goes, by tus: checked before a byte, sealed as they come, handed in like any other."""

import hashlib
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.webplatform.analysis.conftest import MP4
from tests.webplatform.analysis.tus_parts import ADDRESS, CONTENT, HALF, SIZE, TUS, begun, create, head, patch
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.analysis import orphan_files, receiving, resumable
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.common.errors import Damaged, Gone
from webplatform.consent.services import withdraw_consent
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.retention.erasing import erase_account_data
from webplatform.studies.models import Membership
from webplatform.vault.keys import keep_key, kept_keys, key_of
from webplatform.vault.sealed import PIECE_BYTES


@pytest.fixture
def half(api):
    return begun(api)


def growing_files(settings) -> list[Path]:
    return list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.growing"))


def test_a_file_comes_in_three_parts_and_is_read_like_any_other(api, half, sent, settings):
    assert head(api, half).headers["Upload-Offset"] == str(HALF)
    assert patch(api, half, HALF, CONTENT[HALF : HALF + 10]).headers["Upload-Offset"] == str(HALF + 10)
    done = patch(api, half, HALF + 10, CONTENT[HALF + 10 :])
    job = AnalysisJob.objects.get()
    assert (done.status_code, done.headers["Upload-Offset"]) == (204, str(len(CONTENT)))
    assert (done.headers["Raut-Job"], done.headers["Raut-Session"]) == (str(job.pk), str(job.session_id))
    with open_file(job.session, job.session.media.stored_name) as file:
        assert file.read() == CONTENT
    assert job.session.media.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert head(api, half).headers["Raut-Job"] == str(job.pk)
    assert patch(api, half, len(CONTENT), b"").headers["Raut-Job"] == str(job.pk)
    assert [key.name for key in kept_keys()] == [str(job.session_id)]
    assert growing_files(settings) == []


def test_a_small_file_comes_with_its_creation(api, study):
    answer = create(api, len(MP4), MP4, title="Walk", study=str(study.pk))
    session = Session.objects.get()
    assert (answer.status_code, answer.headers["Raut-Session"]) == (201, str(session.pk))
    assert (session.title, session.study) == ("Walk", study)


def test_no_plain_byte_lies_on_the_disk_or_in_the_database(half, settings, tmp_path):
    (file,) = growing_files(settings)
    assert CONTENT[100:121] not in file.read_bytes()
    assert ResumableUpload.objects.get().rest_bytes == 77
    assert CONTENT[HALF - 60 : HALF - 30] not in bytes(ResumableUpload.objects.get().rest)


@pytest.mark.parametrize("offset", [0, HALF - 1, HALF + 1, len(CONTENT)])
def test_a_part_that_does_not_follow_is_told_where_to_go_on(api, half, offset):
    answer = patch(api, half, offset, CONTENT[offset:])
    assert (answer.status_code, answer.json()["code"]) == (409, "offset_mismatch")
    assert answer.json()["details"]["offset"] == HALF


def test_two_requests_at_once_do_not_write_to_one_file(api, half):
    upload = ResumableUpload.objects.get()
    with receiving.opened(upload):
        answer = patch(api, half, HALF, CONTENT[HALF:])
    assert (answer.status_code, answer.json()["code"]) == (423, "locked")
    assert patch(api, half, HALF, CONTENT[HALF:]).headers["Raut-Job"]


def test_a_process_that_was_killed_loses_at_most_one_piece(api, half):
    """What the file holds counts, not what the row last heard."""
    upload = ResumableUpload.objects.get()
    with receiving.opened(upload) as file:
        file.write(CONTENT[HALF : HALF + 2 * PIECE_BYTES])  # and no word of it to the row
    with upload.path.open("ab") as torn:
        torn.write(b"half a piece")
    offset = int(head(api, half).headers["Upload-Offset"])
    assert 0 < HALF + 2 * PIECE_BYTES - offset <= PIECE_BYTES
    assert patch(api, half, offset, CONTENT[offset:]).headers["Raut-Job"]
    session = Session.objects.get()
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize("size", [3 * PIECE_BYTES, 3 * PIECE_BYTES - 5])
def test_a_process_that_was_killed_before_the_last_step_is_made_up_for(api, monkeypatch, size):
    content = CONTENT[:size]
    with monkeypatch.context() as patched:
        patched.setattr(resumable, "_hand_in", lambda upload: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            create(api, size, content)
    resumable.tend_uploads()
    session = Session.objects.get()
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == content


def test_a_database_that_goes_away_in_the_last_step_loses_no_upload(api, half, settings, monkeypatch):
    """The file had its place in the session's folder already when the commit failed."""
    create_job = AnalysisJob.objects.create
    monkeypatch.setattr(AnalysisJob.objects, "create", lambda **_: (_ for _ in ()).throw(OperationalError("gone")))
    with pytest.raises(OperationalError):
        patch(api, half, HALF, CONTENT[HALF:])
    assert (Session.objects.count(), list(Path(settings.MEDIA_ROOT).glob("*"))) == (0, [])
    monkeypatch.setattr(AnalysisJob.objects, "create", create_job)
    assert head(api, half).headers["Upload-Offset"] == str(SIZE)
    assert patch(api, half, SIZE, b"").headers["Raut-Job"]
    session = Session.objects.get()
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == CONTENT
    assert (growing_files(settings), len(list(kept_keys()))) == ([], 1)


def test_a_whole_upload_whose_file_is_gone_says_so(api, half, monkeypatch):
    """A client that asks how much has come must not take it for done."""
    upload = ResumableUpload.objects.get()
    ResumableUpload.objects.update(state=ResumableUpload.State.COMPLETE)
    upload.path.unlink()
    assert (head(api, half).status_code, patch(api, half, SIZE, b"").status_code) == (410, 410)


def test_whoever_comes_late_cuts_nothing_off_the_video_of_the_session(api, half):
    """Killed after its job was committed, and before the upload's own name of the same file was taken away."""
    late = ResumableUpload.objects.get()
    assert patch(api, half, HALF, CONTENT[HALF:]).headers["Raut-Job"]
    session = Session.objects.get()
    late.path.hardlink_to(session.folder / session.media.stored_name)
    keep_key(late.key_name, key_of(str(session.pk)))
    late.state = ResumableUpload.State.COMPLETE  # as it was read a moment ago
    with pytest.raises(Gone):
        resumable.finish_upload(upload=late)
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("sha256 " + b64encode(hashlib.sha256(CONTENT[HALF:]).digest()).decode(), 204),
        ("sha1 " + b64encode(hashlib.sha1(CONTENT[HALF:], usedforsecurity=False).digest()).decode(), 204),
        ("sha256 " + b64encode(b"another").decode(), 460),
        ("crc32 AAAA", 400),
        ("sha256 ####", 400),
    ],
)
def test_a_part_with_a_checksum_is_taken_whole_or_not_at_all(api, half, header, status):
    answer = patch(api, half, HALF, CONTENT[HALF:], **{"Upload-Checksum": header})
    assert answer.status_code == status
    assert head(api, half).headers["Upload-Offset"] == str(len(CONTENT) if status == 204 else HALF)


def test_more_than_was_announced_is_refused(api, half):
    assert patch(api, half, HALF, CONTENT[HALF:] + b"x").status_code == 413


def test_a_file_that_is_no_video_ends_with_its_first_part(api, settings):
    url = create(api, 10**6).headers["Location"]
    answer = patch(api, url, 0, bytes(PIECE_BYTES))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert head(api, url).status_code == 404
    assert (growing_files(settings), list(kept_keys())) == ([], [])


def test_a_file_that_is_there_already_is_refused_for_good(api, half, settings):
    patch(api, half, HALF, CONTENT[HALF:])
    answer = create(api, len(CONTENT), CONTENT)
    assert (answer.status_code, answer.json()["code"]) == (422, "conflict")
    assert answer.json()["details"]["session"] == str(Session.objects.get().pk)
    assert (growing_files(settings), ResumableUpload.objects.count()) == ([], 1)
    assert create(api, len(CONTENT), CONTENT, again="true").status_code == 201


def test_it_is_taken_away_on_request(api, half, settings):
    assert api.delete(half, headers=TUS).status_code == 204
    assert (head(api, half).status_code, growing_files(settings), list(kept_keys())) == (404, [], [])


def test_it_is_taken_away_when_its_time_is_over(api, half, settings):
    ResumableUpload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert (head(api, half).status_code, patch(api, half, HALF, CONTENT[HALF:]).status_code) == (410, 410)
    assert resumable.tend_uploads() == 1
    assert (growing_files(settings), list(kept_keys())) == ([], [])


def test_a_withdrawal_takes_it_away(half, consent, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=consent.user)
    assert (ResumableUpload.objects.count(), growing_files(settings), list(kept_keys())) == (0, [], [])


def test_an_erasure_takes_it_away(half, owner, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase_account_data(owner)
    assert (User.objects.filter(pk=owner.pk).exists(), growing_files(settings), list(kept_keys())) == (False, [], [])


def test_what_is_taken_away_while_it_comes_in_stays_away(api, half, settings):
    upload = ResumableUpload.objects.get()

    def parts():
        yield CONTENT[HALF : HALF + 10]
        resumable.drop_upload(upload=upload)
        yield CONTENT[HALF + 10 :]

    with pytest.raises(Gone):
        resumable.take_part(upload=upload, offset=HALF, parts=parts())
    assert (Session.objects.count(), growing_files(settings), list(kept_keys())) == (0, [], [])


def test_what_no_row_knows_of_is_an_orphan(half, settings, monkeypatch):
    monkeypatch.setattr(orphan_files, "ORPHAN_AFTER_S", -1)
    monkeypatch.setattr(orphan_files, "HALF_UPLOAD_AFTER_S", -1)
    assert [
        path for path in orphan_files.find_orphan_files() if "upload-" in path.name or path.suffix == ".growing"
    ] == []
    ResumableUpload.objects.all().delete()
    orphan_files.remove_orphan_files()
    assert (growing_files(settings), list(kept_keys())) == ([], [])


def test_half_a_key_is_an_orphan(settings, monkeypatch, db):
    half_key = settings.RAUT_KEYS_DIR / ".0b5e.0f0f0f0f"
    half_key.parent.mkdir(exist_ok=True)
    half_key.write_bytes(b"of a process that was killed")
    assert orphan_files.find_orphan_files() == []  # somebody may be writing it now
    monkeypatch.setattr(orphan_files, "ORPHAN_AFTER_S", -1)
    orphan_files.remove_orphan_files()
    assert not half_key.exists()


def test_a_stranger_finds_no_upload(api_of, stranger, half):
    api = api_of(stranger)
    assert head(api, half).status_code == 404
    assert patch(api, half, HALF, b"x").status_code == 404
    assert api.get(ADDRESS).json()["results"] == []


def test_the_list_says_how_far_each_is(api, half):
    (shown,) = api.get(ADDRESS).json()["results"]
    assert (shown["offset"], shown["size"], shown["state"], shown["name"]) == (
        HALF,
        len(CONTENT),
        "receiving",
        "clip.mp4",
    )
    assert api.get(half).json() == shown


def test_whoever_may_not_is_refused_at_the_creation(api_of, api, owner, viewer, study, consent_of, settings):
    consent_of(viewer)
    refused = create(api_of(viewer), study=str(study.pk))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert create(api, participant="5e0a0a0a-0000-4000-8000-000000000000").status_code == 404
    assert create(api, colour="red").json()["details"] == {"fields": ["colour"]}
    assert create(api, settings.RAUT_MAX_UPLOAD_MB * 2**20 + 1).status_code == 413
    assert (create(api, 0).status_code, create(api, filename="a.html").status_code) == (400, 400)
    settings.RAUT_STORAGE_QUOTA_MB = 1
    assert create(api, 2**20 - 10).status_code == 201
    assert create(api, 11).json()["code"] == "quota_exceeded"  # the other one has not come yet, and counts
    assert ResumableUpload.objects.count() == 1


def test_without_consent_nothing_begins(api_of, owner, sent):
    assert create(api_of(owner)).json()["code"] == "consent_missing"


def test_a_token_that_only_reads_begins_nothing(api_of, api, owner):
    key = create_token(user=owner, name="reader", scopes=["read"])[1]
    api.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    assert create(api).json()["code"] == "scope_missing"


def test_a_member_who_left_hands_nothing_in(api, owner, study):
    url = create(api, study=str(study.pk)).headers["Location"]
    Membership.objects.filter(user=owner).delete()
    assert patch(api, url, 0, CONTENT).status_code == 404
    assert not Session.objects.exists()


def test_a_full_disk_is_told_before_a_byte_comes(api, monkeypatch):
    monkeypatch.setattr(resumable, "free_bytes", lambda folder: 10)
    assert create(api).json()["code"] == "storage_full"


def test_what_the_protocol_asks_for(api, half):
    can = api.options(ADDRESS)
    assert (can.status_code, can.headers["Tus-Version"]) == (204, "1.0.0")
    assert can.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    other = api.head(half, headers={"Tus-Resumable": "0.2.0"})
    assert (other.status_code, other.headers["Tus-Version"]) == (412, "1.0.0")
    wrong = api.generic("PATCH", half, b"x", content_type="text/plain", headers={**TUS, "Upload-Offset": str(HALF)})
    assert wrong.status_code == 415
    assert patch(api, half, "many", b"").status_code == 400
    assert "GMT" in head(api, half).headers["Upload-Expires"]
    override = {**TUS, "Upload-Offset": str(HALF), "X-HTTP-Method-Override": "PATCH"}
    sent = api.generic("POST", half, CONTENT[HALF:], content_type="application/offset+octet-stream", headers=override)
    assert sent.headers["Raut-Job"]


def test_a_changed_rest_is_noticed(api, half):
    upload = ResumableUpload.objects.get()
    ResumableUpload.objects.update(rest=bytes(len(upload.rest)))
    assert patch(api, half, HALF, CONTENT[HALF:]).json()["code"] == "damaged"


def test_a_file_that_lost_pieces_is_noticed(half):
    upload = ResumableUpload.objects.get()
    with upload.path.open("r+b") as file:
        file.truncate(100)
    with pytest.raises(Damaged), receiving.opened(upload):
        pass
