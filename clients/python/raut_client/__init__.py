"""A client for Raut: `Raut` waits for each answer, `AsyncRaut` is the same for asyncio."""

from raut_client.asynchronous import AsyncRaut
from raut_client.client import Raut
from raut_client.errors import (
    Conflict,
    Invalid,
    JobFailed,
    NotAllowed,
    NotFound,
    RautError,
    ServerFailed,
    TooManyRequests,
    Unreachable,
)
from raut_client.values import EMOTIONS, Face, Job, Lane, Observation, Session, Timeline

__all__ = [
    "EMOTIONS",
    "AsyncRaut",
    "Conflict",
    "Face",
    "Invalid",
    "Job",
    "JobFailed",
    "Lane",
    "NotAllowed",
    "NotFound",
    "Observation",
    "Raut",
    "RautError",
    "ServerFailed",
    "Session",
    "Timeline",
    "TooManyRequests",
    "Unreachable",
]
