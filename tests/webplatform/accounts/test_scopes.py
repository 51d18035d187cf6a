"""What a token may do is asked once, for every operation of the REST API."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import create_token
from webplatform.common.errors import Invalid

STAFF_ONLY = ("accounts/", "approvals/", "datasets/", "models/", "training-runs/", "people/", "privacy/record/")
LIVE = ("live/",)
# For a participant's key, for a number that only its holder knows, for everybody.
WITHOUT_TOKEN = ("own/", "receipts/", "privacy/retention/")
EXAMPLES = {"<uuid:": "00000000-0000-4000-8000-000000000000", "<int:": "1", "<str:": "x", "<slug:": "measures"}


def _operations() -> Iterator[tuple[str, str]]:
    """Every method of every address below /api/v1/, with example ids."""

    def walk(patterns: list, prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here, pattern

    for address, pattern in walk(get_resolver().url_patterns, ""):
        view = getattr(pattern.callback, "view_class", None)
        if not address.startswith("api/v1/") or address.removeprefix("api/v1/").startswith(WITHOUT_TOKEN):
            continue
        parts = [next((e for k, e in EXAMPLES.items() if part.startswith(k)), part) for part in address.split("/")]
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(view, method):
                yield method, "/" + "/".join(parts)


def _expected(method: str, address: str) -> str:
    path = address.removeprefix("/api/v1/")
    if path.startswith(STAFF_ONLY):
        return "admin"
    if path.startswith(LIVE):
        return "live"
    return "read" if method == "get" else "write"


@pytest.fixture
def admin(owner):
    owner.is_staff = True
    owner.save()
    return owner


def _with(user, *scopes) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=user, name='t', scopes=scopes)[1]}")
    return api


@pytest.mark.parametrize(("method", "address"), sorted(_operations()))
def test_an_operation_is_refused_to_a_token_without_its_scope_and_to_no_other(admin, method, address):
    scope = _expected(method, address)
    others = [other for other in ApiToken.Scope.values if other != scope]
    refused = getattr(_with(admin, *others), method)(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert refused.json()["details"] == {"scope": scope}
    allowed = getattr(_with(admin, scope), method)(address)
    assert b"scope_missing" not in getattr(allowed, "content", b"")


def test_options_and_head_are_reading(owner):
    assert _with(owner, "read").options("/api/v1/sessions/").status_code == 200
    assert _with(owner, "read").head("/api/v1/sessions/").status_code == 200
    assert _with(owner, "live").options("/api/v1/sessions/").status_code == 403


def test_a_browser_that_is_signed_in_needs_no_scope(client_of, owner):
    assert client_of(owner).get("/api/v1/sessions/").status_code == 200


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "everything"]])
def test_nobody_gives_a_scope_that_is_not_theirs(owner, scopes):
    with pytest.raises(Invalid):
        create_token(user=owner, name="a", scopes=scopes)


def test_without_a_wish_a_token_may_what_its_user_may(owner, admin):
    assert create_token(user=admin, name="a")[0].scopes == ["read", "write", "live", "admin"]
    admin.is_staff = False
    assert create_token(user=admin, name="b")[0].scopes == ["read", "write", "live"]


def test_the_document_tells_the_scope_of_an_operation(client, db):
    text = client.get("/api/schema/").content.decode()
    assert "Scope of the token: `live`." in text
    assert "Scope of the token: `admin`." in text
