"""Moving an installation's files and keys: from its folder into the object store, and back. Safe to begin again.

The platform stands still meanwhile. A file is removed from where it was once it lies whole where it goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

import inference
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.resumable import drop_uploads
from webplatform.analysis.sealing import seal_old_media
from webplatform.learning.files import seal_faces
from webplatform.learning.models import Dataset
from webplatform.modelhub.bundles import bundle_of, send_bundle
from webplatform.modelhub.models import ModelVersion
from webplatform.operations.backup import BackupProblem
from webplatform.retention.copy_files import keep_export, opener_of
from webplatform.retention.models import DataExport
from webplatform.vault.key_folder import KeyFolder
from webplatform.vault.key_table import KeyTable
from webplatform.vault.stored import fetch_file, name_of, object_store, remove_stored, send_file, stored_files

FOLDERS = ("media", "datasets", "export-jobs")
SEALED = ".sealed"
COPIED_BYTES = 2**20

Report = Callable[[str], None]


def move_to_store(report: Report) -> None:
    """Every file lies sealed in the object store, and every key in the database.

    Raises:
        BackupProblem: an upload is about to be handed in.
        StoreAway: the store does not answer; what was moved stays moved.
    """
    _require_still()
    report(f"{_move_keys(KeyFolder(), KeyTable())} keys moved.")
    report(f"{drop_uploads(ResumableUpload.objects.filter(state='receiving'))} half uploads dropped; they begin anew.")
    seal_old_media()
    report(f"{_seal_the_rest() + _send_sealed()} files moved into the object store.")
    for version in ModelVersion.objects.all():
        if version.folder.is_dir():
            send_bundle(inference.read_bundle(version.folder))


def move_to_folder(report: Report) -> None:
    """Every file and every key lies on this machine, and nothing in the object store or the database; raises so."""
    _require_still()
    report(f"{drop_uploads(ResumableUpload.objects.filter(state='receiving'))} half uploads dropped; they begin anew.")
    for export in DataExport.objects.filter(state=DataExport.State.DONE):
        _open_up(export)
    for version in ModelVersion.objects.all():
        _keep_bundle(version)
    moved = 0
    for folder in (Path(settings.DATA_DIR) / name for name in FOLDERS):
        for file in stored_files(folder):
            part = file.path.with_name(f"{file.path.name}.part")
            part.parent.mkdir(parents=True, exist_ok=True)
            fetch_file(file.path, part)
            if part.stat().st_size != file.size_bytes:
                raise BackupProblem(f"{file.path} did not arrive whole. Run it again.")
            part.chmod(0o600)
            part.replace(file.path)
            object_store().delete([name_of(file.path)])
            moved += 1
    remove_stored(Path(settings.DATA_DIR) / "models", is_folder=True)  # the bundles have places here now
    report(f"{_move_keys(KeyTable(), KeyFolder())} keys moved.")
    report(f"{moved} files moved into {settings.DATA_DIR}.")


def _seal_the_rest() -> int:
    """What lies in plain in a folder lies sealed in the store."""
    exports = [one for one in DataExport.objects.filter(state=DataExport.State.DONE) if one.file.is_file()]
    for export in exports:
        keep_export(export, export.file)
        export.file.unlink()
    datasets = [dataset for dataset in Dataset.objects.all() if dataset.file.is_file()]
    for dataset in datasets:
        seal_faces(dataset)
    return len(exports) + len(datasets)


def _send_sealed() -> int:
    files = list(_sealed_files())
    for file in files:
        send_file(file, file)
        if object_store().size_of(name_of(file)) != file.stat().st_size:
            raise BackupProblem(f"{file} did not arrive whole in the object store. Run it again.")
        file.unlink()
    return len(files)


def _require_still() -> None:
    if ResumableUpload.objects.filter(state="complete").exists():
        raise BackupProblem("An upload is about to be handed in. Start the platform for a minute, and stop it again.")


def _move_keys(source: KeyFolder | KeyTable, target: KeyFolder | KeyTable) -> int:
    entries = list(source.entries())
    for entry in entries:
        target.write(entry)
        source.forget(entry)
    return len(entries)


def _sealed_files() -> Iterator[Path]:
    for folder in (Path(settings.DATA_DIR) / name for name in FOLDERS):
        yield from sorted(file for file in folder.rglob(f"*{SEALED}") if file.is_file())


def _open_up(export: DataExport) -> None:
    """The copy lies in plain in its folder, as it does where there is no store."""
    if object_store().size_of(name_of(export.file)) is None:
        return
    export.file.parent.mkdir(parents=True, exist_ok=True)
    part = export.file.with_suffix(".part")
    with opener_of(export)() as sealed, part.open("wb") as target:
        shutil.copyfileobj(sealed, target, COPIED_BYTES)
    part.chmod(0o600)
    part.replace(export.file)
    remove_stored(export.file)


def _keep_bundle(version: ModelVersion) -> None:
    """The bundle lies in the registry of this machine."""
    if version.folder.is_dir():
        return
    folder = Path(settings.DATA_DIR) / "models" / version.digest[:12]
    if not folder.is_dir() and (bundle := bundle_of(version)).is_dir():
        draft = folder.with_name(f".draft-{folder.name}")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(bundle, draft)
        draft.rename(folder)
    if folder.is_dir():
        ModelVersion.objects.filter(pk=version.pk).update(bundle_path=str(folder))
