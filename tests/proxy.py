"""The shipped configuration of nginx, run as it is: only the addresses, and TLS, are the test's."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from webplatform.operations.launch import free_port
from webplatform.settings import ROOT

SHIPPED = ROOT / "deploy" / "nginx"
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def started_nginx(folder: Path, urls: Sequence[str]) -> Iterator[str]:
    """nginx before the web processes at `urls`; yields its address."""
    port = free_port("127.0.0.1")
    (folder / "raut").mkdir(parents=True)
    (folder / "raut" / "upstreams.conf").write_text(_upstreams(urls), encoding="utf-8")
    site = (SHIPPED / "raut" / "site.conf").read_text(encoding="utf-8")
    site = re.sub(r"ssl_certificate\w* [^;]+;", "", site).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    (folder / "raut" / "site.conf").write_text(site, encoding="utf-8")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in PLACES)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log {folder}/access.log; {places} include {SHIPPED}/raut.conf; }}",
        encoding="utf-8",
    )
    running = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        _await(f"http://127.0.0.1:{port}", running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.communicate()


def _upstreams(urls: Sequence[str]) -> str:
    """The shipped lists with these processes in the place of the one that they name."""
    shipped = (SHIPPED / "raut" / "upstreams.conf").read_text(encoding="utf-8")

    def lines(found: re.Match[str]) -> str:
        return "\n".join(found[0].replace("127.0.0.1:8000", urlsplit(url).netloc) for url in urls)

    return re.sub(r"^ +server 127\.0\.0\.1:8000.*;$", lines, shipped, flags=re.MULTILINE)


def _await(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s and running.poll() is None:
        try:
            httpx.get(f"{url}/livez", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nginx does not come up: {running.stderr and running.stderr.read()!r}")
