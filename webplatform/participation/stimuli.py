"""The films that a study shows: added, ordered and removed by its owner, and which of them a participant sees next."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import inference
from webplatform.accounts.models import User
from webplatform.analysis.quota import require_quota
from webplatform.analysis.uploads import CheckedUpload, check_upload, keep_upload
from webplatform.common.database.commits import removed_unless_committed
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.rate_limits.limits import consume
from webplatform.common.system.locks import working_on
from webplatform.history.models import Session
from webplatform.studies.audit_trail import record
from webplatform.studies.conditions import clean_name
from webplatform.studies.film_order import films_in_order
from webplatform.studies.films import forget_film
from webplatform.studies.models import Condition, Participant, Stimulus, StimulusOrder, Study
from webplatform.studies.permissions import require_owner
from webplatform.vault.keys import erase_key, keep_key
from webplatform.vault.stored import remove_stored

MOST = 20


def add_stimulus(
    *, study: Study, user: User, upload: UploadedFile, title: str = "", condition: Condition | None = None
) -> Stimulus:
    """The study shows this film, too, behind the others; it lies sealed under a key of its own.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid, TooLarge, StorageFull, QuotaExceeded: browsers do not play the file, it is too long or too large, or
            there is no room for it.
        Conflict: the study has a film of this title, or as many as it may.
        TooManyAttempts: the user hands in more than RAUT_RATE_UPLOAD.
    """
    require_owner(study, user)
    consume("upload", user.pk)
    _require_own(study, condition)
    require_quota(user, upload.size or 0)
    checked = check_upload(upload)
    stimulus = Stimulus(
        study=study,
        title=clean_name(title or PurePath(checked.name).stem[:60]),
        condition=condition,
        stored_name=checked.stored_name,
        content_type=checked.content_type,
        size_bytes=upload.size or 0,
        sha256=checked.sha256,
        duration_ms=_playable_ms(checked),
    )
    rows = Stimulus.objects.filter(pk=stimulus.pk)
    with working_on(stimulus.pk), removed_unless_committed(rows, partial(_remove_files, stimulus)) as writing_rows:
        key = keep_upload(checked, stimulus.folder)
        with writing_rows():
            _keep(stimulus, key, user)
    return stimulus


@transaction.atomic
def remove_stimulus(*, stimulus: Stimulus, user: User) -> None:
    """The film is gone, its key first; sessions in which it was shown stay.

    Raises:
        NotAllowed: the user does not own the study.
    """
    study, number = stimulus.study, str(stimulus.pk)
    require_owner(study, user)
    forget_film(stimulus)
    stimulus.delete()
    record(actor=user, action="stimulus.removed", study=study, stimulus=number)


@transaction.atomic
def change_showing(*, study: Study, user: User, order: str, shows_scores: bool) -> Study:
    """The study shows its films in this order; participants see their own scores, or not.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: there is no such order.
    """
    require_owner(study, user)
    if order not in StimulusOrder.values:
        raise Invalid(_("This is not one of the choices."), field="stimulus_order")
    study.stimulus_order, study.shows_scores = order, shows_scores
    study.save(update_fields=["stimulus_order", "shows_scores"])
    record(actor=user, action="study.showing", study=study, order=order, shows_scores=shows_scores)
    return study


def films_for(participant: Participant) -> list[Stimulus]:
    """The films that the participant has not seen yet, in their order; one that broke off is shown again."""
    closed = Session.objects.filter(participant=participant, state=Session.State.CLOSED, is_partial=False)
    watched = set(closed.exclude(stimulus=None).values_list("stimulus_id", flat=True))
    return [film for film in films_in_order(participant) if film.pk not in watched]


def _keep(stimulus: Stimulus, key: bytes, user: User) -> None:
    study = stimulus.study
    Study.objects.select_for_update().get(pk=study.pk)
    positions = list(study.stimuli.values_list("position", flat=True))
    if len(positions) >= MOST:
        raise Conflict(_("A study has at most %(most)d of them.") % {"most": MOST})
    stimulus.position = max(positions, default=-1) + 1
    try:
        with transaction.atomic():
            stimulus.save(force_insert=True)
    except IntegrityError as error:
        text = _("The study has “%(name)s” already.") % {"name": stimulus.title}
        raise Conflict(text, field="title") from error
    keep_key(stimulus.key_name, key)
    record(actor=user, action="stimulus.added", study=study, stimulus=str(stimulus.pk))


def _remove_files(stimulus: Stimulus) -> None:
    """Key and folder, which are no part of the transaction."""
    erase_key(stimulus.key_name)
    with suppress(OSError):
        remove_stored(stimulus.folder, is_folder=True)


def _require_own(study: Study, condition: Condition | None) -> None:
    if condition is not None and condition.study_id != study.pk:
        raise Invalid(_("The study has no such condition."), field="condition")


def _playable_ms(checked: CheckedUpload) -> int:
    """How long the film is; raises Invalid where browsers do not play it, or a session cannot be as long."""
    name = {"name": checked.name, "minutes": settings.RAUT_LIVE_MAX_MINUTES}
    limits = inference.VideoLimits(max_duration_ms=settings.RAUT_LIVE_MAX_MINUTES * 60_000)
    try:
        is_played = inference.plays_in_browsers(
            _rewound(checked), is_webm=checked.content_type == "video/webm", limits=limits
        )
        length_ms = inference.probe_video(_rewound(checked), limits=limits).duration_ms
    except inference.MediaTooLarge as error:
        text = _("“%(name)s” is too long or too large to be shown: a session has at most %(minutes)d minutes.")
        raise Invalid(text % name, field="file") from error
    except inference.InferenceError as error:
        raise Invalid(_("“%(name)s” cannot be read: it is damaged, or no video.") % name, field="file") from error
    if not is_played:
        text = _("Browsers do not play “%(name)s”. Save it as MP4 with H.264 and AAC, or as WebM.")
        raise Invalid(text % name, field="file")
    if not length_ms:
        raise Invalid(_("“%(name)s” does not say how long it is. Save it as MP4.") % name, field="file")
    return length_ms


def _rewound(checked: CheckedUpload) -> UploadedFile:
    checked.file.seek(0)
    return checked.file
