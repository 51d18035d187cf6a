"""The live protocol, version 1 (docs/live-protocol.md): parse the clients' messages, define the close codes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from inference import EMOTIONS, FrameReading

VERSION = 1
HEADER = struct.Struct(">BBxxII")  # version, kind, two unused bytes, seq, t_ms
FRAME = 1
MAX_FRAME_BYTES = 2 * 1024**2
MAX_TEXT_BYTES = 16 * 1024
MAX_IN_FLIGHT = 3
SCORE_DIGITS, BOX_DIGITS = 4, 1


class Close(IntEnum):
    """Why the server closes a socket."""

    DONE = 1000
    SERVER_ERROR = 1011
    COME_BACK = 1012
    BAD_MESSAGE = 4400
    NOT_SIGNED_IN = 4401
    NOT_ALLOWED = 4403
    NOT_FOUND = 4404
    IDLE = 4408
    TAKEN_OVER = 4409
    CONSENT_MISSING = 4410
    TOO_LONG = 4413
    FULL = 4429
    NO_MODEL = 4503


class Dropped(StrEnum):
    """Why a frame has no reading."""

    BUSY = "busy"
    RATE = "rate"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too_large"


NO_FACE = "no_face"


class BadMessage(Exception):
    """What a client sent is not of this protocol; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """One binary message.

    Args:
        seq: grows with every frame of a session.
        t_ms: when it was taken, ms from the start of the session by the client's clock.
        picture: the encoded picture.
    """

    seq: int
    t_ms: int
    picture: bytes


def read_frame(message: bytes) -> FrameMessage:
    """Read a binary message.

    Raises:
        BadMessage: it is too short, of another version or of another kind.
    """
    if len(message) < HEADER.size:
        raise BadMessage("A frame begins with a header of 12 bytes.")
    version, kind, seq, t_ms = HEADER.unpack_from(message)
    if version != VERSION:
        raise BadMessage(f"This server speaks version {VERSION} of the protocol.")
    if kind != FRAME:
        raise BadMessage("The only kind of binary message is 1, a frame.")
    return FrameMessage(seq, t_ms, message[HEADER.size :])


def read_message(text: str) -> dict[str, Any]:
    """Read a text message: a JSON object with a `type`.

    Raises:
        BadMessage: it is none, or too long.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise BadMessage("A text message is at most 16 KiB long.")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage("A text message is one JSON object.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise BadMessage("A text message is a JSON object with a type.")
    return message


def read_number(
    message: dict[str, Any], name: str, *, least: float, most: float, default: float | None = None
) -> float:
    """A number of a message.

    Raises:
        BadMessage: it is missing (without a default), no number, or out of its range.
    """
    value = message.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadMessage(f"{name} is a number from {least:g} to {most:g}.")
    return value


def read_text(message: dict[str, Any], name: str, *, most: int) -> str:
    """A text of a message; an empty one where it is missing.

    Raises:
        BadMessage: it is no text, or too long.
    """
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise BadMessage(f"{name} is a text of at most {most} characters.")
    return value


def hidden_faces_data(reading: FrameReading) -> list[dict[str, Any]]:
    """The same for a participant who does not see the own scores: where faces are, and why one cannot be read.

    A face that was scored has neither scores, verdict nor reason.
    """
    silent = {"scores": None, "dominant": None}
    faces = zip(reading.faces, faces_data(reading), strict=True)
    return [data | silent | ({"reason": None} if face.scores is not None else {}) for face, data in faces]


def faces_data(reading: FrameReading) -> list[dict[str, Any]]:
    """The faces of one frame as JSON."""
    return [
        {
            "track": face.track,
            "box": [round(value, BOX_DIGITS) for value in (face.box.x, face.box.y, face.box.w, face.box.h)],
            "scores": None
            if face.scores is None
            else {str(e): round(score, SCORE_DIGITS) for e, score in zip(EMOTIONS, face.scores, strict=True)},
            "dominant": face.dominant and face.dominant.value,
            "reason": face.reason and face.reason.value,
        }
        for face in reading.faces
    ]


def reading_data(
    frame: FrameMessage, reading: FrameReading, server_ms: float, *, tells_scores: bool = True
) -> dict[str, Any]:
    """The answer to a frame that was read."""
    head = {"type": "result", "seq": frame.seq, "t_ms": frame.t_ms, "server_ms": round(server_ms, 1)}
    as_data = faces_data if tells_scores else hidden_faces_data
    head |= {"width": reading.width, "height": reading.height, "faces": as_data(reading)}
    return head if reading.faces else head | {"reason": NO_FACE}


def dropped_data(frame: FrameMessage, reason: Dropped) -> dict[str, Any]:
    """The answer to a frame that was not read."""
    return {"type": "result", "seq": frame.seq, "t_ms": frame.t_ms, "reason": reason.value}


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a JPEG, PNG or WebP; no other kind is decoded in the web process."""
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
