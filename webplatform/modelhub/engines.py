"""The engines of this process: each model version is loaded once, on first use, and therefore after a fork."""

from __future__ import annotations

from threading import Lock

from django.conf import settings
from django.utils.translation import gettext as _

import inference
from webplatform.common.errors import Conflict
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion

MAX_ENGINES = 2  # the active version and the one before it: a promotion must not grow the process for ever

_engines: dict[int, inference.Engine] = {}
_lock = Lock()


def engine_for(version: ModelVersion) -> inference.Engine:
    """The engine that reads with `version`, loaded by the first call in this process.

    Raises:
        Conflict: the version's bundle is damaged, gone, or no longer the one that was registered.
    """
    with _lock:  # held while loading: two threads that ask at once must not load twice
        if version.pk not in _engines:
            engine = _load(version)
            while len(_engines) >= MAX_ENGINES:
                del _engines[next(iter(_engines))]
            _engines[version.pk] = engine
        return _engines[version.pk]


def forget_engines() -> None:
    """Drop every loaded engine of this process."""
    with _lock:
        _engines.clear()


def _load(version: ModelVersion) -> inference.Engine:
    try:
        engine = inference.load_engine(bundle_of(version), backend=settings.RAUT_BACKEND)
    except inference.BadBundle as error:
        raise Conflict(str(error)) from error
    if engine.bundle is None or engine.bundle.digest != version.digest:
        raise Conflict(_("The bundle of %(model)s is not the one that was registered.") % {"model": version})
    return engine
