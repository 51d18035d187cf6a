"""Pictures by REST: faces at once, one bad picture spoils no other, nothing is kept."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.clips import face_picture
from webplatform.history.models import Session
from webplatform.live import picture_checks
from webplatform.modelhub.services import ensure_active_model

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/faces/"


def encoded(kind: str) -> bytes:
    if kind != ".heic":
        return cv2.imencode(kind, face_picture())[1].tobytes()
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(face_picture()[:, :, ::-1])).save(out)
    return out.getvalue()


def post(api, *files: tuple[str, bytes], **more):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return api.post(ADDRESS, {"pictures": sent, **more}, format="multipart")


def test_every_kind_of_picture_is_read_and_nothing_kept(api_of, owner, consent, settings):
    ensure_active_model()
    small = cv2.imencode(".png", cv2.resize(face_picture(), (60, 60)))[1].tobytes()
    kinds = [(f"a{kind}", encoded(kind)) for kind in (".jpg", ".png", ".webp", ".heic")]
    bad = [("none.txt", b"hello"), ("cut.jpg", encoded(".jpg")[:900])]
    answer = post(api_of(owner), *kinds, ("small.png", small), *bad)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["model"].startswith("raut") and 0 < told["not_sure_below"] < 1
    assert [one["name"] for one in told["pictures"]] == [*(n for n, _ in kinds), "small.png", "none.txt", "cut.jpg"]
    for picture in told["pictures"][:4]:
        (face,) = picture["faces"]
        assert (picture["width"], picture["error"]) == (512, None)
        assert face["is_fit"] and sum(face["scores"].values()) == pytest.approx(1, abs=0.001)
        assert 150 < face["box"][0] + face["box"][2] / 2 < 300
        assert face["is_sure"] == (face["dominant"] is not None)
    assert not any(face["is_fit"] for face in told["pictures"][4]["faces"])
    assert [one["error"]["code"] for one in told["pictures"][5:]] == ["invalid", "invalid"]
    assert not Session.objects.exists()
    assert [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).rglob("*") if path.is_file()] == []


def test_it_needs_consent_and_a_participants_where_they_are_meant(api_of, owner, stranger):
    assert post(api_of(owner), ("a.jpg", b"x")).json()["code"] == "consent_missing"
    one = "11111111-1111-1111-1111-111111111111"
    assert post(api_of(stranger), ("a.jpg", b"x"), participant=one).status_code in (403, 404)


@pytest.mark.parametrize(
    ("pictures", "code"),
    [
        ([("huge.png", None)], "too_large"),
        ([("long.jpg", b"\xff\xd8\xff" + bytes(9 * 1024**2))], "too_large"),
    ],
)
def test_a_picture_too_large_is_not_decoded(api_of, owner, consent, model_version, pictures, code, monkeypatch):
    if pictures[0][1] is None:
        pictures = [("huge.png", cv2.imencode(".png", np.zeros((5001, 5001), np.uint8))[1].tobytes())]
    ensure_active_model()
    answer = post(api_of(owner), *pictures).json()
    assert [one["error"]["code"] for one in answer["pictures"]] == [code]


def test_too_many_none_and_other_fields_are_refused(api_of, owner, consent):
    api = api_of(owner)
    assert post(api, *[("a.jpg", b"x")] * 11).status_code == 400
    assert api.post(ADDRESS, {}, format="multipart").status_code == 400
    other = {"file": SimpleUploadedFile("a.jpg", b"x")}
    assert api.post(ADDRESS, other, format="multipart").status_code == 400


def test_no_more_are_read_at_once_than_memory_allows(api_of, owner, consent, monkeypatch):
    ensure_active_model()
    monkeypatch.setattr(picture_checks, "WAIT_S", 0.01)
    for _place in range(picture_checks.AT_ONCE):
        assert picture_checks._slots.acquire(timeout=1)
    try:
        answer = post(api_of(owner), ("a.jpg", b"x"))
    finally:
        for _place in range(picture_checks.AT_ONCE):
            picture_checks._slots.release()
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
