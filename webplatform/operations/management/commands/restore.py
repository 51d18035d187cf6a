"""`manage.py restore FOLDER --keys FOLDER`: a backup into an empty machine, and what was erased since erased again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.modelhub.models import ModelVersion
from webplatform.operations.backup import BackupProblem, load_backup, load_keys, read_contents, require_empty
from webplatform.operations.health import heard_lately
from webplatform.operations.startup import prepare_database


class Command(BaseCommand):
    """Run it before anything else is started. RAUT_LEDGER must be the present one, not one of the backup's time."""

    help = "Restores a backup into an empty database and data folder, and erases again what had been erased since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder that `manage.py backup` wrote.")
        parser.add_argument("--keys", type=Path, metavar="FOLDER", help="The newest mirror of the keys.")

    def handle(self, *args: Any, folder: Path, keys: Path | None, **options: Any) -> None:
        if heard_lately():
            raise CommandError("The platform runs. Stop every process of it first.")
        try:
            contents = read_contents(folder)
            require_empty()
            files = load_backup(folder)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        prepare_database(self.stdout.write)
        if keys is not None:
            load_keys(keys)
        _find_models_again()
        self.stdout.write(
            f"Database and {files} files of {contents['made_at']} (version {contents['version']}) are back."
        )
        call_command("reapply_erasures", stdout=self.stdout)
        call_command("verify_audit", restored=True, stdout=self.stdout, stderr=self.stderr)


def _find_models_again() -> None:
    """Models that were brought in lie in this machine's data folder, wherever the other machine had its own."""
    for version in ModelVersion.objects.all():
        folder = Path(settings.DATA_DIR) / "models" / Path(version.bundle_path).name
        if not version.folder.is_dir() and folder.is_dir():
            version.bundle_path = str(folder)
            version.save(update_fields=["bundle_path"])
