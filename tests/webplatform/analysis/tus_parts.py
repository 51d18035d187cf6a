"""A client of resumable uploads, in a test's own process."""

from base64 import b64encode

from tests.webplatform.analysis.conftest import MP4
from webplatform.vault.sealed import PIECE_BYTES

CONTENT = MP4 + b"a face, plain to see " * 15_000
SIZE = len(CONTENT)
HALF = 2 * PIECE_BYTES + 77
ADDRESS = "/api/v1/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}


def meta(**given: str) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in given.items())


def create(api, size=SIZE, body=b"", **given):
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": meta(**{"filename": "clip.mp4", **given})}
    kind = "application/offset+octet-stream" if body else "application/x-none"
    return api.generic("POST", ADDRESS, body, content_type=kind, headers=headers)


def patch(api, url, offset, body, **headers):
    sent = {**TUS, "Upload-Offset": str(offset), **headers}
    return api.generic("PATCH", url, body, content_type="application/offset+octet-stream", headers=sent)


def head(api, url):
    return api.head(url, headers=TUS)


def begun(api):
    """The address of an upload of which the first part has come."""
    url = create(api).headers["Location"]
    assert patch(api, url, 0, CONTENT[:HALF]).status_code == 204
    return url
