"""`manage.py move_files --to s3://bucket/prefix`, or `--to folder`: where the platform keeps its files and keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.common.configuration.object_store import options_of
from webplatform.common.errors import AppError
from webplatform.operations.backup import BackupProblem
from webplatform.operations.health import heard_lately
from webplatform.operations.storage_migration import move_to_folder, move_to_store
from webplatform.vault.stored import is_remote, object_store

FOLDER = "folder"


class Command(BaseCommand):
    """RAUT_OBJECT_STORE names the store, both ways; once all is back in the folder, take the setting away."""

    help = "Moves all files and keys into the object store, or back into the folder. It can be begun again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, help="s3://bucket/prefix, as RAUT_OBJECT_STORE has it, or folder.")

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        if heard_lately():
            raise CommandError("[running] The platform runs. Stop every process of it first.")
        if not is_remote():
            raise CommandError("[no_store] Set RAUT_OBJECT_STORE and its keys first; see .env.example.")
        if to != FOLDER and not _is_the_store(to):
            raise CommandError("[other_store] --to names another place than RAUT_OBJECT_STORE.")
        if not object_store().answers():
            raise CommandError("[store_away] The object store does not answer, or refuses these keys.")
        try:
            (move_to_folder if to == FOLDER else move_to_store)(self.stdout.write)
        except (BackupProblem, AppError) as problem:
            raise CommandError(str(problem)) from problem


def _is_the_store(address: str) -> bool:
    try:
        options = options_of(address)
    except ImproperlyConfigured as error:
        raise CommandError(str(error).replace("RAUT_OBJECT_STORE", "--to")) from error
    own = settings.STORAGES["recordings"]["OPTIONS"]
    return all(own.get(name, "") == value for name, value in options.items())
