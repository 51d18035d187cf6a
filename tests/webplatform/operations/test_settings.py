"""The settings file in processes of its own, as each environment makes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {
    "RAUT_PRODUCTION": "1",
    "SECRET_KEY": "a-secret-that-is-long-enough-for-a-test-and-kept-nowhere-else-0123456789",
    "ALLOWED_HOSTS": "raut.example.org",
    "PUBLIC_URL": "https://raut.example.org",
    "DATABASE_URL": "sqlite:///unused.sqlite3",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RAUT_MEDIA_KEYS": "a-master-key-that-is-long-enough-for-a-test-0123456789",
}


def python(data_dir: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    fixed = {
        "RAUT_DATA_DIR": str(data_dir),
        "RAUT_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "webplatform.settings",
    }
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env={**bare, **fixed, **env}, capture_output=True, text=True, check=False)


def manage(data_dir: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return python(data_dir, "manage.py", *words, **env)


def setting(data_dir: Path, expression: str, **env: str) -> str:
    """Read the settings file alone: the apps that it names take ten times as long to load as the file."""
    done = python(data_dir, "-c", f"from django.conf import settings; print({expression})", **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_production_passes_djangos_own_deployment_check(tmp_path: Path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"RAUT_PRODUCTION"}))
def test_production_refuses_to_start_without(missing: str, tmp_path: Path):
    done = manage(tmp_path, "check", **{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert f"{missing} must be set" in done.stderr


def test_production_refuses_a_short_secret(tmp_path: Path):
    done = manage(tmp_path, "check", **{**PRODUCTION, "SECRET_KEY": "short"})
    assert "SECRET_KEY is too short" in done.stderr


def test_production_refuses_a_short_media_key(tmp_path: Path):
    done = manage(tmp_path, "check", **{**PRODUCTION, "RAUT_MEDIA_KEYS": PRODUCTION["RAUT_MEDIA_KEYS"] + ",short"})
    assert "RAUT_MEDIA_KEYS is too short" in done.stderr


def test_production_sends_cookies_over_tls_and_for_its_own_host_alone(tmp_path: Path):
    names = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE LANGUAGE_COOKIE_SECURE"
    names += " SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY SESSION_COOKIE_DOMAIN SESSION_COOKIE_SAMESITE"
    found = setting(tmp_path, f"[getattr(settings, name) for name in '{names}'.split()]", **PRODUCTION)
    wanted = ["__Host-sessionid", "__Host-csrftoken", True, True, True, True, True, None, "Lax"]
    assert found == str(wanted)


def test_what_is_no_rate_stops_the_start(tmp_path: Path):
    assert "“60 a minute”, which is no rate" in manage(tmp_path, "check", RAUT_RATE_READ="60 a minute").stderr


def test_production_never_shows_djangos_error_pages(tmp_path: Path):
    assert setting(tmp_path, "settings.DEBUG", **{**PRODUCTION, "RAUT_DEBUG": "1"}) == "False"


@pytest.mark.parametrize(
    ("expression", "file"), [("settings.SECRET_KEY", "secret_key"), ("settings.RAUT_MEDIA_KEYS[0]", "media_key")]
)
def test_a_local_secret_is_made_once_and_is_private(tmp_path: Path, expression: str, file: str):
    first = setting(tmp_path, expression)
    assert setting(tmp_path, expression) == first
    assert len(first) >= 50
    assert (tmp_path / file).stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob(f"{file}.*")) == []


def test_sqlite_waits_for_other_writers(tmp_path: Path):
    shown = setting(tmp_path, "settings.DATABASES['default']['OPTIONS']['transaction_mode']")
    assert shown == "IMMEDIATE"


def test_a_database_url_selects_postgresql(tmp_path: Path):
    url = "postgres://raut:secret@db:5432/raut"
    assert setting(tmp_path, "settings.DATABASES['default']['ENGINE']", DATABASE_URL=url).endswith("postgresql")


def test_production_collects_static_files_under_names_with_hashes(tmp_path: Path):
    done = manage(tmp_path, "collectstatic", "--no-input", "--verbosity", "0", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert len(list((tmp_path / "static" / "css").glob("app.*.css"))) == 1


NUMBERS = (
    "MAX_UPLOAD_MB MAX_VIDEO_MINUTES DECODE_MEMORY_MB SAMPLE_EVERY_MS LIVE_MAX_FPS LIVE_MAX_MINUTES LIVE_MAX_SOCKETS"
)
NUMBERS += " MIN_FREE_DISK_MB JOB_STALE_SECONDS JOB_MAX_ATTEMPTS WORKER_MAX_MEMORY_MB RETENTION_MAX_DAYS EXPORT_DAYS"
WRONG = {f"RAUT_{name}": value for name, value in zip(NUMBERS.split(), ("ten", "-1", "1.5", "٣") * 4, strict=False)}
FLAGS = "RAUT_PRODUCTION RAUT_DEBUG RAUT_TWO_PERSON_PROMOTION RAUT_REQUIRE_ASSESSMENT RAUT_SIGNUP_OPEN"
WRONG |= dict.fromkeys((FLAGS + " RAUT_REQUIRE_MFA_FOR_STAFF").split(), "yess")
WRONG |= {f"RAUT_RATE_{what}": "60/x" for what in ("READ", "WRITE", "UPLOAD", "LIVE", "LINK", "SIGNUP")}
WRONG |= {"TIME_ZONE": "Asia/Jakart", "LOG_LEVEL": "loud", "RAUT_BACKEND": "torch", "RAUT_EMAIL_VERIFICATION": "maybe"}
WRONG |= {"ALLOWED_HOSTS": "https://raut.example.org", "PUBLIC_URL": "raut.example.org", "REDIS_URL": "localhost:6379"}
WRONG |= {"CSRF_TRUSTED_ORIGINS": "raut.example.org", "DATABASE_URL": "mysqlite:///a", "EMAIL_URL": "smpt://host"}
WRONG |= {"OIDC_SERVER_URL": "sso", "RAUT_DATA_DIR": "/dev/null/data", "RAUT_BUNDLE_TRUSTED_KEYS": " , "}
WRONG |= {"RAUT_OBJECT_STORE": "s3://", "RAUT_KEYS_IN": "cloud"}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_setting_that_cannot_be_used_ends_in_one_line(name: str, tmp_path: Path):
    done = manage(tmp_path, "check", **{name: WRONG[name]})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"[setting] {name} ")


def test_private_addresses_are_fetched_from_hosts_that_are_named_alone(tmp_path: Path):
    done = manage(tmp_path, "check", RAUT_FETCH_HOSTS="*", RAUT_FETCH_PRIVATE="1")
    assert done.stderr.startswith("[setting] RAUT_FETCH_PRIVATE is on for every host")


def test_an_address_that_cannot_be_used_shows_no_password(tmp_path: Path):
    assert "hush" not in manage(tmp_path, "check", DATABASE_URL="pg://me:hush@host/db").stderr


def test_an_empty_setting_counts_as_not_set(tmp_path: Path):
    empty = dict.fromkeys(set(WRONG) - {"RAUT_DATA_DIR"}, "")
    assert setting(tmp_path, "settings.TIME_ZONE, settings.RAUT_LIVE_MAX_FPS", **empty) == "UTC 30"


def test_production_prints_no_letters(tmp_path: Path):
    assert setting(tmp_path, "settings.EMAIL_BACKEND", **PRODUCTION) == "webplatform.common.outbound.mail.NoMail"
    done = manage(tmp_path, "check", **{**PRODUCTION, "EMAIL_URL": "consolemail://"})
    assert "[setting] EMAIL_URL would print letters" in done.stderr


def test_sign_up_is_closed_in_production_and_needs_a_confirmed_address_where_it_is_open(tmp_path: Path):
    asked = "settings.RAUT_SIGNUP_OPEN, settings.ACCOUNT_EMAIL_VERIFICATION"
    assert setting(tmp_path, asked, **PRODUCTION) == "False mandatory"
    done = manage(tmp_path, "check", **{**PRODUCTION, "RAUT_SIGNUP_OPEN": "1"})
    assert "[setting] EMAIL_URL must be set where people sign up" in done.stderr
