"""Why work failed is told in the language of whoever reads it, whatever language the worker spoke."""

import gettext as stdlib

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override

import inference
from webplatform.analysis.models import AnalysisJob
from webplatform.history.services import fail_session, open_session
from webplatform.jobs.engine_sentences import ENGINE_SENTENCES
from webplatform.jobs.job_errors import match_template, stored_error, translated_error
from webplatform.settings import ROOT


def told(message: str, language: str, **stored) -> str:
    with override(language):
        return translated_error(message, stored.get("error_params", {}))


def test_a_text_with_values_is_told_in_the_readers_language():
    kept = stored_error("The worker ended 3 times while it read this video, most likely out of memory.")
    assert kept["error_params"]["values"] == {"n": 3}
    assert told(kept["error_message"], "en", **kept) == kept["error_message"]
    in_indonesian = told(kept["error_message"], "id", **kept)
    assert in_indonesian != kept["error_message"]
    assert "3" in in_indonesian


def test_what_an_indonesian_worker_said_is_told_in_english():
    with override("id"):
        said = gettext("The server has no room for this file.")
    kept = stored_error(said, "id")
    assert (kept["error_message"], told(said, "en", **kept)) == (said, "The server has no room for this file.")


def test_a_row_of_before_is_told_in_the_readers_language_too():
    assert told("The video is not on the server any more.", "id") == stdlib.translation(
        "django", str(ROOT / "webplatform" / "locale"), ["id"]
    ).gettext("The video is not on the server any more.")


def test_what_no_template_fits_is_told_as_it_was_said():
    kept = stored_error("zlib: error -3")
    assert kept == {"error_message": "zlib: error -3", "error_params": {}}
    assert told("zlib: error -3", "id", **kept) == "zlib: error -3"
    assert told("", "id") == ""


@pytest.mark.parametrize(
    "name", ["50 % done.mp4", "%(name)s.mp4", "is empty..mp4", "a (1)[2]{3}.mp4", "anak-anak 😀.mp4"]
)
def test_a_files_name_is_a_value_whatever_letters_it_has(name):
    kept = stored_error(f"{name} is empty.")
    assert kept["error_params"] == {"text": "%(name)s is empty.", "values": {"name": name}}
    assert told(kept["error_message"], "id", **kept) == f"{name} kosong."


def test_every_sentence_of_the_engine_is_taken_apart_as_itself():
    for sentence in ENGINE_SENTENCES:
        values = {"width": 9, "height": 8, "limit": 7, **dict.fromkeys(("name", "codec", "minutes", "path"), "5.0")}
        values |= dict.fromkeys(("file", "kind", "classes", "code"), "x")
        values["limit"] = "7" if "%(limit)s" in sentence else 7
        assert match_template(sentence % values)["text"] == sentence


def test_what_the_engine_really_says_of_bad_files_has_a_template(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "junk.mp4").write_bytes(b"no video" * 100)
    for name in ("empty.mp4", "junk.mp4", "absent.mp4"):
        with pytest.raises(inference.UnreadableVideo) as refused:
            inference.probe_video(tmp_path / name)
        assert match_template(str(refused.value)), str(refused.value)


def test_a_failed_job_speaks_the_readers_language_on_pages_and_in_rest(study, owner, consent, client_of, api_of):
    session = open_session(study=study, user=owner, consent=consent, title="x", source="upload", every_ms=200)
    fail_session(session=session)
    failed = {"state": "failed", "error_code": "unreadable_video", **stored_error("clip.mp4 is empty.")}
    job = AnalysisJob.objects.create(session=session, queued_at=timezone.now(), **failed)
    for language, text in (("en", "clip.mp4 is empty."), ("id", "clip.mp4 kosong.")):
        asked = {"Accept-Language": language}
        answer = api_of(owner).get(f"/api/v1/analyses/{job.pk}/", headers=asked).json()
        assert answer["error"] == {"code": "unreadable_video", "message": text}
        for page in ("/", f"/sessions/{session.pk}/"):
            assert text in client_of(owner).get(page, headers=asked).content.decode()
