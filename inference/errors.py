"""What can go wrong in the engine. Every message is a sentence that a user can read."""

from __future__ import annotations


class InferenceError(Exception):
    """The base of every error that the engine raises on purpose."""


class UnreadableVideo(InferenceError):
    """The file is not a video that can be decoded: damaged, empty, without a picture stream, or of an unknown codec."""


class UnreadableFrame(InferenceError):
    """The bytes are not a picture that can be decoded."""


class MediaTooLarge(InferenceError):
    """The picture or video is over a limit (size, dimensions or length) and was refused before it was decoded."""


class BadBundle(InferenceError):
    """A model bundle is missing a file, its checksums do not hold, or its spec does not fit this version."""


class BadPrior(InferenceError):
    """What is said to be known of how frequent each expression is cannot be used."""
