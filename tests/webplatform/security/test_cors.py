"""Scripts of other sites: only those that the setting names, only the API, and never with cookies."""

import pytest

ORIGIN = "https://survey.example.org"
PREFLIGHT = {"HTTP_ORIGIN": ORIGIN, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}


@pytest.mark.parametrize(
    ("origins", "address", "is_allowed"),
    [
        ([ORIGIN], "/api/v1/analyses/", True),
        ([], "/api/v1/analyses/", False),
        (["https://other.example.org"], "/api/v1/analyses/", False),
        ([ORIGIN], "/upload/", False),
    ],
)
def test_a_site_is_let_in_where_the_setting_names_it(client, db, settings, origins, address, is_allowed):
    settings.CORS_ALLOWED_ORIGINS = origins
    for answer in (client.options(address, **PREFLIGHT), client.get(address, HTTP_ORIGIN=ORIGIN)):
        assert answer.headers.get("Access-Control-Allow-Origin") == (ORIGIN if is_allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer.headers
    if is_allowed:
        assert "authorization" in client.options(address, **PREFLIGHT)["Access-Control-Allow-Headers"]
