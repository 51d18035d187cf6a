"""The shipped configuration of nginx keeps what the documents say of a proxy."""

import re

import pytest

from webplatform.operations.connections import BODY_PART_WITHIN_S, HEADERS_WITHIN_S
from webplatform.settings import RAUT_MAX_UPLOAD_MB, ROOT


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    folder = ROOT / "deploy" / "nginx"
    texts = [path.read_text(encoding="utf-8") for path in (folder / "raut.conf", *folder.glob("raut/*.conf"))]
    text = re.sub(r"#.*", "", "\n".join(texts))
    assert text.count("{") == text.count("}")
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^\s*([a-z_]+) ([^;{}]+);", text, flags=re.MULTILINE):
        found.setdefault(name, []).append(" ".join(value.split()))
    return found


def test_nginx_waits_no_longer_for_headers_and_bodies_than_the_server(said):
    assert said["client_header_timeout"] == [f"{HEADERS_WITHIN_S:.0f}s"]
    assert said["client_body_timeout"] == [f"{BODY_PART_WITHIN_S:.0f}s"]


def test_nginx_limits_each_address(said):
    assert said["limit_conn"]
    assert said["limit_req"]
    assert all("$binary_remote_addr" in zone for zone in (*said["limit_conn_zone"], *said["limit_req_zone"]))


def test_nginx_drops_what_the_client_says_of_its_address_and_scheme(said):
    assert "X-Forwarded-For $remote_addr" in said["proxy_set_header"]
    assert "X-Forwarded-Proto $scheme" in said["proxy_set_header"]


def test_nginx_takes_uploads_as_large_as_the_server_and_does_not_keep_them(said):
    assert said["client_max_body_size"] == [f"{RAUT_MAX_UPLOAD_MB + 1}m"]
    assert said["proxy_request_buffering"] == ["off"]
    assert int(said["proxy_read_timeout"][0].rstrip("s")) > 75


def test_nginx_takes_as_large_bodies_in_kubernetes_as_elsewhere(said):
    site = (ROOT / "deploy" / "kubernetes" / "nginx" / "site.conf").read_text(encoding="utf-8")
    assert re.findall(r"^client_max_body_size (\w+);", site, flags=re.MULTILINE) == said["client_max_body_size"]


def test_nginx_asks_another_process_where_one_has_no_room_for_a_camera(said):
    assert said["proxy_next_upstream"] == ["error timeout http_503"]
    servers = said["server"]
    assert [rest.partition(" ")[2] for rest in servers] == ["max_fails=1 fail_timeout=2s", "max_fails=0"]
    assert len({rest.partition(" ")[0] for rest in servers}) == 1
