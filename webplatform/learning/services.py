"""Importing data sets, starting and cancelling runs, comparing and promoting models: for staff only."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from training import RECIPES
from webplatform.accounts.models import User
from webplatform.accounts.permissions import require_admin
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.system.disk import is_full, storage_full
from webplatform.learning.files import SUFFIXES, keep_upload, remove_files
from webplatform.learning.models import Comparison, Dataset, TrainingRun, Work
from webplatform.learning.queries import missing_to_learn
from webplatform.learning.samples import corrected_sessions
from webplatform.learning.tasks import send_work
from webplatform.learning.work import compare_with_active, import_folder
from webplatform.modelhub.models import ModelVersion, Promotion, PromotionProposal
from webplatform.modelhub.proposals import confirm_promotion, decline_promotion, propose_promotion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import promote_version

OPEN = (Work.State.QUEUED, Work.State.RUNNING, Work.State.CHECKED)  # what has not ended
CONTINUING_RECIPES = tuple(name for name, config in RECIPES.items() if config.needs_bundle)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run shall be.

    Args:
        recipe: the name of one of `training.RECIPES`.
        start: of `TrainingRun.Start`.
        epochs: None for the recipe's own.
        seed: of everything random.
    """

    recipe: str
    start: str
    epochs: int | None
    seed: int


def import_dataset(
    *,
    user: User,
    name: str,
    licence: str,
    source: UploadedFile | str,
    drops_leaks: bool = True,
    asks_first: bool = False,
) -> Dataset:
    """A data set waits to be checked, split and frozen by the trainer.

    Args:
        source: an uploaded .zip or .csv, or the name of something in the server's import folder.
        asks_first: it waits again once it is checked, until somebody decides (`learning.decisions`).
    Raises:
        NotAllowed: the user is no admin.
        Invalid: there is no name, or no such source.
        StorageFull: the upload does not fit on the disk.
    """
    require_admin(user)
    if not name.strip():
        raise Invalid(_("A data set needs a name."))
    source_name = source.name or "" if isinstance(source, UploadedFile) else source
    dataset = Dataset(name=name.strip()[:120], licence=licence.strip(), source=source_name[:300], created_by=user)
    dataset.drops_leaks, dataset.asks_first = drops_leaks, asks_first
    if isinstance(source, UploadedFile):
        _take_upload(dataset, source)
    elif source not in sources_on_server():
        raise Invalid(_("There is no “%(name)s” in the server's import folder.") % {"name": source})
    try:
        with transaction.atomic():
            dataset.save()
            after_commit(send_work, dataset)
    except BaseException:
        remove_files(dataset)
        raise
    return dataset


def dataset_from_corrections(*, user: User, name: str, asks_first: bool = False) -> Dataset:
    """A data set of every corrected face waits to be cut out, split by person and frozen.

    Args:
        asks_first: it waits again once it is checked, until somebody decides (`learning.decisions`).
    Raises:
        NotAllowed: the user is no admin.
        Invalid: there is no name.
        Conflict: nothing was corrected that may be learnt from.
    """
    require_admin(user)
    if not name.strip():
        raise Invalid(_("A data set needs a name."))
    if not corrected_sessions():
        raise Conflict(
            _("Nothing was corrected yet in a session whose people agreed to training and whose video is kept.")
        )
    with transaction.atomic():
        dataset = Dataset.objects.create(
            name=name.strip()[:120],
            source=_("corrections"),
            from_corrections=True,
            asks_first=asks_first,
            created_by=user,
        )
        after_commit(send_work, dataset)
    return dataset


def sources_on_server() -> list[str]:
    """What an operator has put into the import folder: folders, .zip and .csv files."""
    folder = import_folder()
    if not folder.is_dir():
        return []
    entries = (entry for entry in folder.iterdir() if not entry.is_symlink())
    return sorted(entry.name for entry in entries if entry.is_dir() or entry.suffix.lower() in SUFFIXES)


def start_run(*, user: User, dataset: Dataset, options: RunOptions) -> TrainingRun:
    """A run waits for the trainer.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: the data set is not frozen or lacks a class, or there is no active model to start from.
        Invalid: there is no such recipe, or the recipe and the start do not fit.
    """
    require_admin(user)
    if not dataset.is_usable:
        raise Conflict(_("The data set is not ready, or somebody in it took their consent back."))
    if lacking := missing_to_learn(dataset):
        raise Conflict(_("The data set has no training picture of: %(classes)s.") % {"classes": ", ".join(lacking)})
    if options.recipe not in RECIPES:
        raise Invalid(_("There is no recipe “%(name)s”.") % {"name": options.recipe})
    if options.epochs is not None and not 1 <= options.epochs <= 1000:
        raise Invalid(_("A run has 1 to 1000 epochs."))
    goes_on = options.start == TrainingRun.Start.ACTIVE
    if goes_on != (options.recipe in CONTINUING_RECIPES):
        names = ", ".join(CONTINUING_RECIPES)
        raise Invalid(_("Only these recipes start from the active model, and always do: %(names)s.") % {"names": names})
    active = active_version() if goes_on else None
    if goes_on and active is None:
        raise Conflict(_("There is no active model to start from."))
    with transaction.atomic():
        run = TrainingRun.objects.create(
            dataset=dataset,
            recipe=options.recipe,
            start=options.start,
            started_from=active,
            epochs=options.epochs,
            seed=options.seed,
            created_by=user,
        )
        after_commit(send_work, run)
    return run


def cancel(*, user: User, work: Work) -> None:
    """The work is cancelled; the trainer's process ends within seconds.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: it has ended already.
    """
    require_admin(user)
    if not _stop(work):
        raise Conflict(_("It has ended already."))


def stop_work_of(user: User) -> int:
    """Nothing that the user started is worked on any more; returns how much there was."""
    active = {"created_by": user, "state__in": OPEN}
    return sum([_stop(work) for kind in (Dataset, TrainingRun, Comparison) for work in kind.objects.filter(**active)])


def stop_learning_from(dataset: Dataset) -> int:
    """Nothing learns from the data set any more or is measured on it, nor is it made; returns how much was stopped."""
    runs = TrainingRun.objects.filter(dataset=dataset)
    return sum([_stop(work) for work in (*runs, *Comparison.objects.filter(dataset=dataset), dataset)])


def _stop(work: Work) -> bool:
    waiting = type(work).objects.filter(pk=work.pk, state__in=OPEN)
    if not waiting.update(state=Work.State.CANCELLED, lease=None, finished_at=timezone.now()):
        return False
    if isinstance(work, Dataset):
        remove_files(work)
    if isinstance(work, TrainingRun):
        shutil.rmtree(work.checkpoint, ignore_errors=True)
    return True


def compare(*, user: User, version: ModelVersion, dataset: Dataset) -> Comparison:
    """A comparison of the version with the active one waits for the trainer.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: the data set has no test pictures, or the version is the active one.
    """
    require_admin(user)
    if not dataset.is_usable:
        raise Conflict(_("The data set is not ready, or somebody in it took their consent back."))
    with transaction.atomic():
        comparison = compare_with_active(version, dataset, user)
        if comparison is None:
            raise Conflict(
                _("There is nothing to compare: this is the active model, or the data set has no test faces.")
            )
        after_commit(send_work, comparison)
    return comparison


def evidence_for(version: ModelVersion) -> Comparison | None:
    """The newest finished comparison of a version with the model that is active now."""
    done = Comparison.objects.filter(second=version, first=active_version(), state=Work.State.DONE)
    return done.order_by("-finished_at").first()


def promote(*, user: User, version: ModelVersion, reason: str) -> Promotion | PromotionProposal:
    """The version is the active one, or waits for a second admin where `RAUT_TWO_PERSON_PROMOTION` asks for one.

    It is written down who decided so and on what grounds.

    Raises:
        NotAllowed: the user is no admin.
        Invalid: no reason is given.
        Conflict: the gate is shut, the bundle is not the one that was registered, or it was proposed already.
    """
    require_admin(user)
    act = propose_promotion if settings.RAUT_TWO_PERSON_PROMOTION else promote_version
    return act(version=version, by=user, reason=reason, evidence=_result_for(version))


def decide_promotion(*, user: User, proposal: PromotionProposal, is_confirmed: bool) -> None:
    """The proposed version is active, or the proposal is closed.

    Raises:
        NotAllowed: the user is no admin, or confirms their own proposal.
        Conflict: it was decided already, or the gate is shut by now.
    """
    require_admin(user)
    if is_confirmed:
        confirm_promotion(proposal=proposal, by=user, evidence=_result_for(proposal.version))
    else:
        decline_promotion(proposal=proposal, by=user)


def _result_for(version: ModelVersion) -> dict[str, Any] | None:
    evidence = evidence_for(version)
    return evidence.result if evidence else None


def delete_dataset(*, user: User, dataset: Dataset) -> None:
    """The data set and its files are gone.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: a run was trained on it, or it is being made.
    """
    require_admin(user)
    if dataset.is_active:
        raise Conflict(_("Cancel the import first."))
    if dataset.runs.exists() or Comparison.objects.filter(dataset=dataset).exists():
        raise Conflict(_("Runs or comparisons rest on this data set; it stays as long as they do."))
    remove_files(dataset)
    dataset.delete()


def _take_upload(dataset: Dataset, upload: UploadedFile) -> None:
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid(_("A data set is uploaded as a .zip or a .csv."))
    try:
        keep_upload(dataset, upload.chunks(), suffix)
    except OSError as error:
        shutil.rmtree(dataset.folder, ignore_errors=True)
        raise (storage_full() if is_full(error) else error) from error
