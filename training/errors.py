"""What can go wrong in training. Every message is a sentence that a user can read."""

from __future__ import annotations


class TrainingError(Exception):
    """The base of every error that training raises on purpose."""


class BadDataset(TrainingError):
    """The labelled faces cannot be read, or are not enough to train or to test on."""


class BadRegistry(TrainingError):
    """A bundle cannot be added to the registry or is not in it."""


class Cancelled(TrainingError):
    """The run was asked to stop; its checkpoint stays."""
