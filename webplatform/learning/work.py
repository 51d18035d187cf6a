"""What the trainer does: claim the work, run it in a child process, say how it ended.

Safe to run twice and at once: only one run holds the lease, and every write checks it.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webplatform.common.errors import AppError, StoreAway
from webplatform.common.system.disk import is_disk_full
from webplatform.common.system.worker_shutdown import is_leaving
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.job_errors import stored_error
from webplatform.jobs.leases import claim, hand_back
from webplatform.jobs.outages import handed_back
from webplatform.learning import child
from webplatform.learning.events import run_ended
from webplatform.learning.files import faces_for_child, fetch_upload, remove_files, remove_upload, seal_faces
from webplatform.learning.models import Comparison, Dataset, TrainingRun, Work
from webplatform.learning.samples import cut_samples
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import register_bundle
from webplatform.vault.stored import is_remote

KINDS: dict[str, type[Work]] = {"dataset": Dataset, "run": TrainingRun, "comparison": Comparison}
BEAT_EVERY_S = 1.0
DECIDE_WITHIN = timedelta(days=1)
UNDECIDED = gettext_noop("Nobody decided within a day that it shall be made; its files are deleted.")

logger = logging.getLogger(__name__)


@dataclass
class Hold:
    """One attempt at some work, and the right to write to its row."""

    work: Work
    beaten_s: float = field(default_factory=time.monotonic)

    def write(self, **changes: Any) -> bool:  # fields of the work
        """Change the row; False when somebody else has the work, or it was cancelled."""
        return bool(self.work.held.update(heartbeat_at=timezone.now(), **changes))

    def may_go_on(self) -> bool:
        """Once a second: say that we live, and see whether the work is still wanted.

        A trainer that is asked to end hands the work back: it waits again, and this attempt is not counted.
        """
        if is_leaving():
            hand_back(self.work.held)
            return False
        if time.monotonic() - self.beaten_s < BEAT_EVERY_S:
            return True
        self.beaten_s = time.monotonic()
        return self.write()


def work_on(kind: str, work_id: UUID) -> Work | None:
    """The work is done, failed or cancelled, or another trainer has it; returns what follows from it, if anything."""
    if is_disk_full():
        logger.warning("The %s %s waits for room on the disk.", kind, work_id)
        return None
    claimed = claim(KINDS[kind].objects.all(), work_id)
    if claimed is None:
        logger.info("The %s %s is not waiting any more.", kind, work_id)
        return None
    hold = Hold(claimed)
    try:
        return _DO[kind](hold)
    except child.Stopped:
        logger.warning("The %s %s was cancelled or taken away.", kind, work_id)
    except StoreAway as error:  # it has reached its checkpoint, and goes on from there
        handed_back(hold.work.held, error, f"The {kind} {work_id}")
    except (child.ChildFailed, AppError) as error:
        _fail_with_room(hold, str(error))
    except Exception as error:
        if handed_back(hold.work.held, error, f"The {kind} {work_id}"):
            return None
        logger.exception("The %s %s failed.", kind, work_id)
        _fail(hold, _("Something went wrong on the server. The operator's log says more."))
    finally:
        _tidy(hold.work)
    return None


def _fail_with_room(hold: Hold, message: str) -> None:
    """The work has failed, unless only the disk was full: what it has reached lies in its checkpoint, and it waits."""
    if is_disk_full():
        logger.warning("%s is handed back: the disk is full.", hold.work.pk)
        hand_back(hold.work.held)
    else:
        _fail(hold, message)


def _freeze(hold: Hold) -> None:
    dataset: Dataset = hold.work
    dataset.folder.mkdir(parents=True, exist_ok=True)
    with Heartbeat(hold.work.held):  # minutes may pass before the first face is cut
        fetch_upload(dataset)
        samples = cut_samples(dataset, hold.may_go_on) if dataset.from_corrections else None
        source = samples.manifest if samples else source_of(dataset)
    arguments = ["freeze", str(source), "--out", str(dataset.file)]
    arguments += ["--drop-leaks"] if dataset.drops_leaks else []
    report = child.run_training(
        [*arguments, *(["--incomplete"] if dataset.asks_first else [])],
        on_line=lambda line: None,
        may_go_on=hold.may_go_on,
    )
    digest, size_bytes = report.pop("digest"), report.pop("size_bytes")
    report["unreadable_videos"] = samples.unreadable_videos if samples else []
    if dataset.from_corrections or is_remote():
        seal_faces(dataset)
    state = Work.State.CHECKED if dataset.asks_first else Work.State.DONE
    _ended(hold, state, digest=digest, size_bytes=size_bytes, report=report)


def _train(hold: Hold) -> Comparison | None:
    run: TrainingRun = hold.work
    registry = Path(settings.DATA_DIR) / "models"
    name = f"{run.recipe}-{run.pk.hex[:8]}"
    shutil.rmtree(registry / name, ignore_errors=True)  # of an attempt that died between the bundle and its row
    arguments = ["train", "--recipe", run.recipe, "--out", str(registry), "--name", name]
    arguments += ["--seed", str(run.seed), "--checkpoint", str(run.checkpoint), "--jsonl"]
    if run.epochs:
        arguments += ["--epochs", str(run.epochs)]
    if run.started_from:
        arguments += ["--weights", str(bundle_of(run.started_from) / "model.keras")]
    curves: list[dict[str, Any]] = list(run.curves)
    hold.write(log=_logged(run, f"attempt {run.attempts}: {' '.join(arguments[1:3])} --seed {run.seed}"))

    def note(line: dict[str, Any]) -> None:
        if "epoch" in line:
            curves.append(line["epoch"])
            hold.write(curves=curves, log=_logged(run, _epoch_words(line["epoch"])))
        elif "done" in line:
            hold.write(progress=line["done"], seconds_left=line["left_s"])

    with faces_for_child(run.dataset) as faces:
        report = child.run_training([*arguments, "--data", str(faces)], on_line=note, may_go_on=hold.may_go_on)
    version = register_bundle(path=Path(report["bundle"]))
    log = _logged(run, f"done: {version}, SHA-256 {version.digest}")
    if not _finish(hold, version=version, curves=curves, log=log, progress=1.0, seconds_left=None):
        return None
    shutil.rmtree(run.checkpoint, ignore_errors=True)
    return compare_with_active(version, run.dataset, run.created_by)


def _compare(hold: Hold) -> None:
    comparison: Comparison = hold.work
    folders = [str(bundle_of(version)) for version in (comparison.first, comparison.second)]
    with faces_for_child(comparison.dataset) as faces:
        result = child.run_training(
            ["compare", *folders, "--data", str(faces), "--split", comparison.split, "--json"],
            on_line=lambda line: None,
            may_go_on=hold.may_go_on,
        )
    _finish(hold, result=result)


_DO: dict[str, Callable[[Hold], Work | None]] = {"dataset": _freeze, "run": _train, "comparison": _compare}


def compare_with_active(version: ModelVersion, dataset: Dataset, user: Any) -> Comparison | None:
    """A waiting comparison of a candidate with the active model; None where there is nothing to compare."""
    active = active_version()
    counts = dataset.report.get("counts", {}).get("private", {})
    if active is None or active.pk == version.pk or not sum(counts.values()):
        return None
    return Comparison.objects.create(first=active, second=version, dataset=dataset, created_by=user)


def source_of(dataset: Dataset) -> Path:
    """What a data set is made of: the upload in its folder, or what lies in the import folder of the server."""
    uploads = sorted(dataset.folder.glob("upload.*"))
    return uploads[0] if uploads else import_folder() / dataset.source


def import_folder() -> Path:
    """Where an operator puts data sets that are too large to upload."""
    return Path(settings.DATA_DIR) / "import"


def _finish(hold: Hold, **changes: Any) -> bool:  # fields of the work
    return _ended(hold, Work.State.DONE, **changes)


def _fail(hold: Hold, message: str) -> None:
    changes = {"log": _logged(hold.work, f"failed: {message}")} if isinstance(hold.work, TrainingRun) else {}
    _ended(hold, Work.State.FAILED, **stored_error(message), **changes)


def _ended(hold: Hold, state: Work.State, **changes: Any) -> bool:  # fields of the work
    return _end(hold.work, hold.work.held, state, heartbeat_at=timezone.now(), **changes)


@transaction.atomic
def _end(work: Work, held: QuerySet[Work], state: Work.State, **changes: Any) -> bool:  # fields of the work
    is_ours = bool(held.update(state=state, finished_at=timezone.now(), lease=None, **changes))
    if is_ours and isinstance(work, TrainingRun):
        run_ended.send(sender=TrainingRun, run=work, state=state)
    return is_ours


def _logged(run: TrainingRun, text: str) -> list[dict[str, str]]:
    """The run's log with one more line."""
    run.log = [*run.log, {"at": timezone.now().isoformat(timespec="seconds"), "text": text}]
    return run.log


def _epoch_words(report: dict[str, Any]) -> str:
    return (
        f"epoch {report['epoch']} of {report['epochs']}: loss {report['loss']:.3f}, training "
        f"{report['train_accuracy']:.3f}, public {report['accuracy']:.3f}, rate {report['learning_rate']:.2g}"
    )


def _tidy(work: Work) -> None:
    """Remove what an ended work needs no more; what waits for another attempt keeps everything."""
    now = type(work).objects.filter(pk=work.pk).first()
    if now is not None and now.is_active:
        return
    if isinstance(work, Dataset):
        remove_upload(work)
        shutil.rmtree(work.folder / "samples", ignore_errors=True)
        if now is None or now.state not in (Work.State.DONE, Work.State.CHECKED):
            remove_files(work)
    if isinstance(work, TrainingRun):
        shutil.rmtree(work.checkpoint, ignore_errors=True)


def give_up(work: Work, held: QuerySet[Work]) -> bool:
    """The work has failed, as its trainer died so often; False where it is not held like this any more."""
    return _end(work, held, Work.State.FAILED, **stored_error("The trainer died again and again."))


def drop_undecided() -> int:
    """Checked data sets on which nobody decided are cancelled, their files gone; returns how many there were."""
    waiting = Dataset.objects.filter(state=Work.State.CHECKED, finished_at__lt=timezone.now() - DECIDE_WITHIN)
    dropped = [
        dataset
        for dataset in waiting
        if waiting.filter(pk=dataset.pk).update(state=Work.State.CANCELLED, **stored_error(UNDECIDED))
    ]
    for dataset in dropped:
        remove_files(dataset)
    return len(dropped)
