"""A backup of the database and of the sealed files, and the way back. Keys are never in it: see docs/operations.md."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.common.errors import StoreAway
from webplatform.operations.version import read_version
from webplatform.vault.key_folder import KeyFolder
from webplatform.vault.keys import key_entries, key_store
from webplatform.vault.stored import fetch_file, is_remote, name_of, object_store, send_file, stored_files

FOLDERS = ("media", "models", "datasets")
CONTENTS = "contents.json"
KEYS_TABLE = "vault_filekey"  # never in a dump: see docs/operations.md, "Backup"
DUMPS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class BackupProblem(Exception):
    """Why there is no backup, or why one cannot be restored; nothing was left half done."""


def write_backup(target: Path) -> dict[str, Any]:
    """Write the database, then the files that it names, into a folder that does not exist yet; returns its contents.

    The database comes first: a file that is erased meanwhile is missing in the backup, and one that arrives meanwhile
    belongs to nothing there and is removed as an orphan after a restore.

    Raises:
        BackupProblem: the folder exists, lies in the data, or something could not be written.
    """
    target = target.resolve()
    if target.exists():
        raise BackupProblem(f"{target} exists already. Name a new folder for each backup.")
    if target.is_relative_to(settings.DATA_DIR):
        raise BackupProblem(f"{target} lies in the data that is to be saved. Name a folder elsewhere.")
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True, mode=0o700)
        _dump_database(draft / DUMPS[connection.vendor])
        files = sum(_save(Path(settings.DATA_DIR) / name, draft / name) for name in FOLDERS)
        contents = {
            "version": read_version(),
            "database": connection.vendor,
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
            "files": files,
            "is_from_store": is_remote(),
        }
        (draft / CONTENTS).write_text(json.dumps(contents, indent=1), encoding="utf-8")
        draft.rename(target)
    except (OSError, StoreAway) as error:
        raise BackupProblem(f"The backup could not be written: {getattr(error, 'strerror', '') or error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return contents


def mirror_keys(target: Path) -> int:
    """Make a folder hold the very keys that there are now, and no erased one; returns how many.

    Raises:
        BackupProblem: it could not be written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        mirror, entries = KeyFolder(target), {}
        for entry in key_entries():
            entries[mirror.path_of(entry)] = entry
        for file in [file for file in target.rglob("*") if file.is_file()]:
            if file not in entries:
                file.unlink()
        for entry in entries.values():
            mirror.write(entry)
    except OSError as error:
        raise BackupProblem(f"The keys could not be mirrored: {error.strerror or error}.") from error
    return len(entries)


def load_keys(mirror: Path) -> int:
    """The keys of a mirror are those of this machine; returns how many."""
    entries = list(KeyFolder(mirror).entries())
    for entry in entries:
        key_store().write(entry)
    return len(entries)


def read_contents(backup: Path) -> dict[str, Any]:
    """What a backup says of itself.

    Raises:
        BackupProblem: the folder is no whole backup, or is of another kind of database.
    """
    try:
        contents = json.loads((backup / CONTENTS).read_text(encoding="utf-8"))
        kind = contents["database"]
        _ = contents["migrations"], contents["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupProblem(f"{backup} is not a whole backup: {CONTENTS} is missing or damaged.") from error
    if {tuple(name) for name in contents["migrations"]} - _known_migrations():
        raise BackupProblem("A newer version of Raut made this backup. Install that version, or a newer one, first.")
    if contents.get("is_from_store", False) != is_remote():
        origin = "an object store" if contents.get("is_from_store") else "a folder"
        raise BackupProblem(
            f"Its files lay in {origin}: restore them into such a one, then run `manage.py move_files`."
        )
    if kind != connection.vendor:
        raise BackupProblem(f"This is a backup of {kind}; DATABASE_URL names {connection.vendor}.")
    if not (backup / DUMPS[kind]).is_file():
        raise BackupProblem(f"{backup} is not a whole backup: {DUMPS[kind]} is missing.")
    return dict(contents)


def _known_migrations() -> set[tuple[str, str]]:
    """Those that are here, and those that were put together in one of these."""
    migrations = MigrationLoader(None).disk_migrations
    return {*migrations, *(name for migration in migrations.values() for name in migration.replaces)}


def require_empty() -> None:
    """Refuse to restore over anything.

    Raises:
        BackupProblem: there are accounts or files.
    """
    has_accounts = User._meta.db_table in connection.introspection.table_names() and User.objects.exists()
    full = [name for name in FOLDERS if _has_files(Path(settings.DATA_DIR) / name)]
    if has_accounts or full:
        contents = "accounts" if has_accounts else f"files in {settings.DATA_DIR}/{full[0]}"
        raise BackupProblem(f"There are {contents} already. Restore into an empty database and an empty RAUT_DATA_DIR.")


def load_backup(backup: Path) -> int:
    """Bring files and database back as they were; returns how many files.

    Raises:
        BackupProblem: something could not be read or written; files and database are empty again.
    """
    folders = [Path(settings.DATA_DIR) / name for name in FOLDERS]
    try:
        files = sum(_bring_back(backup / folder.name, folder) for folder in folders)
        _load_database(backup / DUMPS[connection.vendor])
    except (OSError, sqlite3.Error, StoreAway, BackupProblem) as error:
        for folder in folders:
            _empty(folder)
        raise BackupProblem(f"The backup could not be restored: {error}") from error
    return files


def _dump_database(file: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as target:
            connection.connection.backup(target)
            target.execute("DELETE FROM vault_filekey")
            target.commit()
            target.execute("VACUUM")
        return
    _run(
        "pg_dump",
        f"--exclude-table-data={KEYS_TABLE}",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--file={file}",
    )


def _load_database(file: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            source.backup(connection.connection)
        return
    connection.close()
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--clean",
        "--if-exists",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={_database()}",
        str(file),
    )


def _database() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def _run(program: str, *arguments: str) -> None:
    """PostgreSQL's own programs; they learn the password from the environment, where no other user sees it."""
    database = settings.DATABASES["default"]
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {name: str(database[key]) for name, key in names.items() if database.get(key)}
    executable = shutil.which(program)
    if executable is None:
        raise BackupProblem(
            f"{program} is not installed. Install PostgreSQL's client, of the server's version or newer."
        )
    done = subprocess.run(  # noqa: S603  (found by name above, no shell)
        [executable, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupProblem(f"{program} failed: {done.stderr.strip()[-300:]}")


def _save(source: Path, target: Path) -> int:
    """Copy what lies in the folder, or in the object store under its name."""
    if not is_remote():
        return _copy_folder(source, target)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    for file in stored_files(source):
        path = target / file.path.relative_to(source)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            fetch_file(file.path, path)
        except FileNotFoundError:  # erased meanwhile
            continue
        count += 1
    return count


def _bring_back(source: Path, target: Path) -> int:
    if not is_remote():
        return _copy_folder(source, target)
    files = [file for file in source.rglob("*") if file.is_file()]
    for file in files:
        send_file(file, target / file.relative_to(source))
    return len(files)


def _has_files(folder: Path) -> bool:
    return any(folder.glob("*")) or (is_remote() and next(stored_files(folder), None) is not None)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for file in stored_files(folder) if is_remote() else ():
        object_store().delete([name_of(file.path)])


def _copy_folder(source: Path, target: Path) -> int:
    """Copy whole files; one that goes while it is copied was erased, and is left out."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    for file in sorted(source.rglob("*")) if source.is_dir() else []:
        if not file.is_file() or file.suffix == ".part":
            continue
        path = target / file.relative_to(source)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copy2(file, path)
        except FileNotFoundError:
            continue
        count += 1
    return count
