"""`manage.py backup FOLDER`: the database and the sealed files, while the platform runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.operations.backup import BackupProblem, mirror_keys, write_backup


class Command(BaseCommand):
    """The keys that open the files are not in it; `--keys` mirrors them into a folder of their own."""

    help = "Writes a backup of the database and the sealed files into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder that does not exist yet.")
        parser.add_argument(
            "--keys", type=Path, metavar="FOLDER", help="Make this folder hold the present keys and no erased one."
        )

    def handle(self, *args: Any, folder: Path, keys: Path | None, **options: Any) -> None:
        if keys is not None and (keys.resolve().is_relative_to(folder.resolve()) or folder.resolve() == keys.resolve()):
            raise CommandError("Keys never lie in the backup that they open: name another folder for --keys.")
        try:
            contents = write_backup(folder)
            self.stdout.write(f"Database and {contents['files']} files saved in {folder.resolve()}.")
            if keys is not None:
                self.stdout.write(f"{mirror_keys(keys)} keys mirrored in {keys.resolve()}.")
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
