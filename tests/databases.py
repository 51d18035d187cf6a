"""Databases for tests: the first one of a run is migrated, which takes five seconds, and all others are copies of it.

What a first start does on an empty database is proved where commands run as a person starts them (tests/flows/
test_commands.py) and in tests/webplatform/operations/test_prepare.py.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from webplatform.common.configuration.environment import database_from

FOLDER = "RAUT_TEST_TEMPLATE"  # the folder in which the processes of one run find the template


def share_template() -> None:
    """All processes that this one starts from now on use the same template as it does; it goes when this one ends."""
    if FOLDER in os.environ:
        return
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="raut-template-")
    atexit.register(_remove_template)


@contextmanager
def new_database(data_dir: Path) -> Iterator[str]:
    """The address of a migrated database of its own: a file in the folder, or one on the server of DATABASE_URL."""
    if not _server():
        shutil.copyfile(_template(), data_dir / "raut.sqlite3")
        yield f"sqlite:///{data_dir}/raut.sqlite3"
        return
    name = f"raut_flow_{secrets.token_hex(4)}"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"')
    try:
        yield _address_of(name)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def begin_tests_with_a_copy() -> None:
    """Have Django make its test database out of the template; call it before Django makes one."""
    if _server():
        connection.settings_dict["TEST"]["TEMPLATE"] = _template()
    else:
        shutil.copyfile(_template(), connection.settings_dict["TEST"]["NAME"])


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """This process's default database is another one meanwhile."""
    before, opened = connections.settings["default"], connections["default"]
    config = connections.configure_settings({"default": database_from(url, Path(settings.DATA_DIR))})["default"]
    connections.settings["default"] = config
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = opened


def _template() -> Path | str:
    """The file that is copied, or the name of the database on the server; the first process that asks makes it."""
    share_template()
    folder = _folder()
    folder.mkdir(exist_ok=True)
    template = _name() if _server() else folder / "migrated.sqlite3"
    url = _address_of(str(template)) if _server() else f"sqlite:///{template}"
    with (folder / "lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            if _server():
                _on_server(f'CREATE DATABASE "{template}"')
            with default_database(url):
                call_command("migrate", interactive=False, verbosity=0)
            (folder / "made").touch()
    return template


def _remove_template() -> None:
    if _server() and (_folder() / "made").exists():
        _on_server(f'DROP DATABASE "{_name()}" WITH (FORCE)')
    shutil.rmtree(os.environ[FOLDER])


def _folder() -> Path:
    """Each server has a template of its own: tests/chaos brings a server, and takes it away again."""
    return Path(os.environ[FOLDER]) / hashlib.sha256(_server().encode()).hexdigest()[:8]


def _name() -> str:
    return Path(os.environ[FOLDER]).name.replace("-", "_")


def _server() -> str:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def _address_of(name: str) -> str:
    return urlsplit(_server())._replace(path=f"/{name}").geturl()


def _on_server(statement: str) -> None:
    with psycopg.connect(_server(), autocommit=True) as server:  # a new one: the server may have been restarted
        server.execute(statement)
