"""What a request may do with fetches: ask for some, end one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any  # what a serializer has read

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.idempotency_keys import forget_answers
from webplatform.accounts.models import User
from webplatform.analysis.resumable import drop_upload
from webplatform.analysis.serializers import ResumableIn
from webplatform.analysis.services import require_grounds
from webplatform.analysis.upload_metadata import place_of
from webplatform.analysis.uploads import check_announced
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict
from webplatform.common.rate_limits.limits import consume
from webplatform.fetching.models import Fetch
from webplatform.fetching.rules import name_in, require_on, source_of
from webplatform.fetching.tasks import send_fetches

MOST_WAITING = 200
ACTIVE = (Fetch.State.QUEUED, Fetch.State.RUNNING)


@transaction.atomic
def request_fetches(*, user: User, items: Sequence[Mapping[str, Any]]) -> list[Fetch]:
    """Queue each of the addresses, with the arguments of `submit_video`; all or none.

    Raises:
        NotAllowed: the operator lets nothing be fetched, or the user may not record there.
        ConsentMissing: as for `submit_video`.
        Invalid: an address may not be fetched from.
        TooManyAttempts: these would be more than RAUT_RATE_UPLOAD.
        Conflict: too many wait already.
    """
    require_on()
    User.objects.select_for_update().get(pk=user.pk)
    if Fetch.objects.for_user(user).filter(state__in=ACTIVE).count() + len(items) > MOST_WAITING:
        raise Conflict(_("At most %(n)d addresses of yours may wait at a time.") % {"n": MOST_WAITING})
    fetches = [_new_fetch(user, dict(item)) for item in items]
    for _fetch in fetches:
        consume("upload", user.pk)
    Fetch.objects.bulk_create(fetches)
    after_commit(send_fetches)
    return fetches


def drop_fetch(*, fetch: Fetch) -> None:
    """Nothing is fetched any more, and nothing is left of what came; one that has a job stays with it."""
    upload = fetch.upload
    forget_answers(about=[fetch.pk])
    fetch.delete()
    if upload is not None and upload.job_id is None:
        drop_upload(upload=upload)


def drop_fetches(rows: QuerySet[Fetch]) -> int:
    """The same for several, such as those of a withdrawn consent; returns how many."""
    fetches = list(rows.select_related("upload"))
    for fetch in fetches:
        drop_fetch(fetch=fetch)
    return len(fetches)


def _new_fetch(user: User, item: dict[str, Any]) -> Fetch:
    url = item.pop("url").strip()
    target, name = source_of(url), check_announced(name_in(url), 1)
    study, consent = require_grounds(user, place_of(user, item))
    fields = {name: _as_json(value) for name, value in item.items() if name in ResumableIn().fields and value}
    return Fetch(
        user=user,
        consent=consent,
        study=study,
        url=url,
        host=target.host,
        name=name,
        given=fields,
        created_at=timezone.now(),
        next_at=timezone.now(),
    )


def _as_json(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | dict) else str(value)
