"""The settings that the environment states, each checked as it is read.

A setting that cannot be used ends in ImproperlyConfigured with one line, "[setting] what is wrong. The way out.", which
`manage.py` shows without a traceback. Names and limits stand in the line, values only where they are no secret.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from pathlib import Path
from typing import Any  # entries of DATABASES
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

FLAGS = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
WEB, REDIS, DATABASE = ("http", "https"), ("redis", "rediss", "unix"), ("sqlite", "postgres", "postgresql")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]")


def unusable(name: str, problem: str, remedy: str) -> ImproperlyConfigured:
    """The refusal of one setting."""
    return ImproperlyConfigured(f"[setting] {name} {problem}. {remedy}")


class Environment(environ.Env):
    """Typed settings; one that is empty counts as not set, as in an `.env` whose value was left out."""

    def text(self, name: str, default: str) -> str:
        """Text without blanks around it; a control character would break a header or a line of a log."""
        value = self.str(name, default="").strip()
        if any(not letter.isprintable() for letter in value):
            raise unusable(name, "holds a control character", "Write it again, on one line.")
        return value or default

    def needed(self, name: str) -> str:
        """Text that must be there because another setting asks for it."""
        if not (value := self.text(name, "")):
            raise unusable(name, "is not set", "Set it too, or leave out the setting that needs it; see .env.example.")
        return value

    def secret(self, name: str, file: str) -> str:
        """The setting itself, or what is in the file that is named instead; nothing where neither is set."""
        value = self.text(name, "")
        if not file:
            return value
        if value:
            raise unusable(name, f"is set beside {name}_FILE", "Set one of the two.")
        try:
            content = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise unusable(f"{name}_FILE", "names a file that cannot be read", "Name one with the value.") from error
        if not content or not content.isprintable():
            raise unusable(f"{name}_FILE", "names a file without a usable value", "It holds the value, on one line.")
        return content

    def number(self, name: str, default: int, *, least: int = 1, most: int = 10**9) -> int:
        """A whole number from `least` to `most`."""
        value = self.text(name, str(default))
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not least <= int(value) <= most:
            raise unusable(name, f"is “{value}”", f"Write a whole number from {least} to {most}.")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        """On or off; a word that means neither is refused and never taken for off."""
        value = self.text(name, "1" if default else "0")
        if value.lower() not in FLAGS:
            raise unusable(name, f"is “{value}”", "Write 1 for on or 0 for off.")
        return FLAGS[value.lower()]

    def choice(self, name: str, default: str, choices: Iterable[str]) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in choices:
            raise unusable(name, f"is “{value}”", f"Write one of {', '.join(choices)}.")
        return value

    def folder(self, name: str, default: str) -> Path:
        """A folder that is there, or can be made."""
        path = Path(self.text(name, default)).resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"names {path}, which cannot be used as a folder ({error.strerror})"
            raise unusable(name, problem, "Name a folder that may be written to.") from error
        return path

    def zone(self, name: str, default: str) -> str:
        """A time zone that this machine knows."""
        value = self.text(name, default)
        try:
            zoneinfo.ZoneInfo(value)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
            raise unusable(
                name, f"is “{value}”, which is no time zone", "Write one like UTC or Asia/Jakarta."
            ) from error
        return value

    def address(self, name: str, value: str, schemes: Iterable[str]) -> str:
        """An address that may hold a password, so the line never repeats it."""
        remedy = f"It begins with one of {', '.join(f'{scheme}://' for scheme in schemes)}; see .env.example."
        try:
            parts = urlsplit(value)
            is_whole = parts.port != 0 and (bool(parts.hostname) or parts.scheme in {"sqlite", "unix", "consolemail"})
        except ValueError as error:
            raise unusable(name, "is no address that can be read", remedy) from error
        if parts.scheme not in schemes or not is_whole or any(letter.isspace() for letter in value):
            raise unusable(name, "is no address that can be used", remedy)
        return value

    def several(self, name: str, value: str) -> list[str]:
        """The parts of a list with commas, without blanks and empty ones."""
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if value and not parts:
            raise unusable(name, "is a list with nothing in it", "Write values separated by commas.")
        return parts

    def hosts(self, name: str, value: str) -> list[str]:
        """Host names without scheme and port."""
        hosts = self.several(name, value)
        for host in hosts:
            if not HOST.fullmatch(host):
                raise unusable(name, f"holds “{host}”", "Write host names alone, without https:// and port.")
        return hosts


def database_from(url: str, data_dir: Path, pool: int = 0) -> dict[str, Any]:
    """A DATABASES entry for this address: sqlite:///… or postgres://…

    Args:
        pool: how many connections to PostgreSQL the process shares among its threads; 0: one for each thread. With
            SQLite anything but 0 keeps each thread's connection for a while.
    """
    config = environ.Env.db_url_config(url)
    if config["ENGINE"] != "django.db.backends.sqlite3":
        if pool:  # a request that finds none waits for one
            options = {**config.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": pool, "timeout": 30}}
            # Looked at before each use: after a restart of the server every connection of the pool is a dead one.
            return {**config, "OPTIONS": options, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
        return {**config, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    options = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",  # a transaction that reads first and writes later would fail at once otherwise
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;",
    }
    # Threads of a test need a file that each of them can open: Django's in-memory database knows no WAL.
    max_age_s = 60 if pool else 0  # the web process keeps its threads, and each its connection
    return {**config, "OPTIONS": options, "CONN_MAX_AGE": max_age_s, "TEST": {"NAME": str(data_dir / "test.sqlite3")}}
