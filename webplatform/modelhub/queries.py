"""Read the registered models."""

from __future__ import annotations

from webplatform.modelhub.models import ModelVersion


def active_version() -> ModelVersion | None:
    """The version that new sessions are read with; None until one was registered and activated."""
    return ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).first()
