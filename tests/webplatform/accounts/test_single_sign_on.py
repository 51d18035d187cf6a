"""Single sign-on: away unless it is set up; where it is, through the whole of it with a provider on this machine."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps

from tests.databases import new_database

STORY = """
import json
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from urllib.parse import parse_qs, urlsplit
call_command("migrate", verbosity=0)  # the tables of single sign-on, which are not in a copy
from webplatform.accounts.models import User
client = Client(HTTP_HOST="localhost")
page = client.get("/account/login/")
away = client.post("/account/oidc/sso/login/", {"next": "/account/"})["Location"]
state = parse_qs(urlsplit(away).query)["state"][0]
back = client.get("/account/oidc/sso/login/callback/", {"code": "abc", "state": state})
forged = Client(HTTP_HOST="localhost").get("/account/oidc/sso/login/callback/", {"code": "abc", "state": "forged"})
print(json.dumps({
    "page": page.content.decode(), "policy": page["Content-Security-Policy"], "away": away, "back": back["Location"],
    "people": list(User.objects.values_list("email", flat=True)), "studies": User.objects.get().studies.count(),
    "profile": client.get("/account/").status_code, "forged": forged.content.decode(),
}))
"""


class Provider(BaseHTTPRequestHandler):
    """A provider that vouches for Dewi."""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/userinfo"):
            self.answer({"sub": "1", "email": "dewi@example.org", "email_verified": True})
        else:
            ends = {f"{name}_endpoint": f"{here}/{name}" for name in ("authorization", "token", "userinfo")}
            self.answer({"issuer": here, "jwks_uri": f"{here}/keys", **ends})

    def do_POST(self) -> None:
        self.answer({"access_token": "a", "token_type": "Bearer"})

    def answer(self, told: dict) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_away_unless_it_is_set_up(client, db):
    assert not apps.is_installed("allauth.socialaccount")
    assert "Log in with" not in client.get("/account/login/").content.decode()
    assert client.post("/account/oidc/sso/login/").status_code == 404


def test_who_the_provider_vouches_for_comes_in_also_where_sign_up_is_closed(provider, tmp_path, django_db_blocker):
    settings = {"OIDC_SERVER_URL": provider, "OIDC_CLIENT_ID": "raut", "OIDC_CLIENT_SECRET": "s", "OIDC_NAME": "Campus"}
    where = {
        "RAUT_DATA_DIR": str(tmp_path),
        "RAUT_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "webplatform.settings",
    }
    env = {"PATH": os.environ["PATH"], "RAUT_SIGNUP_OPEN": "0", "NO_PROXY": "*", **where, **settings}
    with django_db_blocker.unblock(), new_database(tmp_path) as url:
        env["DATABASE_URL"] = url
        done = subprocess.run([sys.executable, "-c", STORY], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert "Log in with Campus" in told["page"]
    assert f"form-action 'self' {provider}" in told["policy"]
    asked = parse_qs(urlsplit(told["away"]).query)
    assert told["away"].startswith(f"{provider}/authorization?")
    assert asked["redirect_uri"] == ["http://localhost/account/oidc/sso/login/callback/"]
    assert (asked["client_id"], asked["code_challenge_method"]) == (["raut"], ["S256"])
    assert (told["back"], told["profile"], told["people"]) == ("/account/", 200, ["dewi@example.org"])
    assert told["studies"] == 1
    assert "The login did not work" in told["forged"]
