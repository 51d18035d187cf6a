"""Registering models and choosing the one that is used."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import inference
from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.modelhub.bundles import bundle_of, send_bundle
from webplatform.modelhub.gate import Check, judge
from webplatform.modelhub.models import ModelVersion, Promotion
from webplatform.modelhub.queries import active_version

logger = logging.getLogger(__name__)


@transaction.atomic
def register_bundle(*, path: Path, activate: bool = False) -> ModelVersion:
    """The bundle at `path` is known as a version, once however often it is registered; active if asked for.

    Raises:
        Invalid: the folder is not a whole, unchanged bundle.
        Conflict: another version was made active at the same moment.
        StoreAway: it could not be sent to the object store.
    """
    try:
        bundle = inference.read_bundle(path)
    except inference.BadBundle as error:
        raise Invalid(str(error)) from error
    send_bundle(bundle)
    version = ModelVersion.objects.get_or_create(
        digest=bundle.digest,
        defaults={
            "name": bundle.spec.name,
            "version": bundle.spec.version,
            "bundle_path": _portable(path),
            "metrics": bundle.metrics,
        },
    )[0]
    if version.bundle_path != _portable(path):  # the same model in another place: here it was just seen to be whole
        version.bundle_path = _portable(path)
        version.save(update_fields=["bundle_path"])
    return activate_version(version=version) if activate else version


def activate_version(*, version: ModelVersion) -> ModelVersion:
    """`version` is the active one and the version before it is retired.

    Raises:
        Conflict: another version was made active at the same moment.
    """
    active, retired = ModelVersion.State.ACTIVE, ModelVersion.State.RETIRED
    try:
        with transaction.atomic():
            ModelVersion.objects.filter(state=active).exclude(pk=version.pk).update(state=retired)
            ModelVersion.objects.filter(pk=version.pk).update(state=active)
    except IntegrityError as error:  # the constraint decides who was first
        raise Conflict(_("Another model was made active at the same moment.")) from error
    version.refresh_from_db()
    return version


@transaction.atomic
def promote_version(
    *,
    version: ModelVersion,
    by: User,
    reason: str,
    evidence: dict[str, Any] | None = None,
    confirmed_by: User | None = None,
) -> Promotion:
    """The version is the active one, and the act is written down. New jobs and sockets read with it at once.

    A version that was active before may come back without new evidence: that is rolling back.

    Raises:
        Invalid: no reason is given.
        Conflict: it is active already, its bundle is damaged, the gate is shut, or another one was quicker.
    """
    list(ModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))  # one promotion after the other
    checks = require_promotable(version=version, reason=reason, evidence=evidence)
    replaced = active_version()
    activate_version(version=version)
    details = {"replaced": replaced and replaced.pk, "confirmed_by": confirmed_by and confirmed_by.pk}
    record_event("model.promoted", actor=by, target=f"model:{version.pk}", **details)
    return Promotion.objects.create(
        version=version,
        replaced=replaced,
        by=by,
        confirmed_by=confirmed_by,
        reason=reason.strip()[:500],
        gate=[check.data() for check in checks],
    )


def require_promotable(*, version: ModelVersion, reason: str, evidence: dict[str, Any] | None) -> list[Check]:
    """What the gate saw, all of it passed; only the bundle is looked at where a version comes back.

    Raises:
        Invalid, Conflict: as `promote_version`.
    """
    if not reason.strip():
        raise Invalid(_("Say why: whoever looks at this later will want to know."))
    version.refresh_from_db(fields=["state"])
    if version.state == ModelVersion.State.ACTIVE:
        raise Conflict(_("This model is active already."))
    if not is_whole(version):
        raise Conflict(_("The bundle of %(model)s is not the one that was registered.") % {"model": version})
    checks = checks_of(version, evidence)
    failed = [check for check in checks if not check.is_passed]
    if failed:
        reasons = "; ".join(f"{check.name}: {check.measured}" for check in failed)
        raise Conflict(_("This model may not become active: %(words)s.") % {"words": reasons})
    return checks


def checks_of(version: ModelVersion, evidence: dict[str, Any] | None) -> list[Check]:
    """Everything that the gate looks at."""
    verified = Check(_("bundle verified"), is_whole(version), version.digest[:12])
    return [verified] if version.state == ModelVersion.State.RETIRED else [verified, *judge(evidence)]


def ensure_active_model() -> ModelVersion:
    """There is an active version whose bundle is whole: the one in use, or else the one the project ships.

    Raises:
        Invalid: none is in use and the shipped bundle is damaged.
    """
    version = active_version()
    if version is not None and is_whole(version):
        return version
    if version is not None:  # an update of the project replaces the shipped folder and with it the model in use
        logger.warning("The bundle of model version %s is gone or changed; the shipped one takes over.", version.pk)
    try:
        return register_bundle(path=inference.SHIPPED_BUNDLE, activate=True)
    except Conflict:  # another process was first
        return ModelVersion.objects.get(state=ModelVersion.State.ACTIVE)


def is_whole(version: ModelVersion) -> bool:
    """Whether the version's bundle is there and the one that was registered."""
    try:
        return inference.read_bundle(bundle_of(version)).digest == version.digest
    except inference.BadBundle:
        return False


def _portable(path: Path) -> str:
    """A path inside the project is kept relative to it, so that it survives a moved checkout."""
    absolute = path.resolve()
    return str(absolute.relative_to(settings.ROOT) if absolute.is_relative_to(settings.ROOT) else absolute)
