"""An object store that speaks S3: whole objects in, ranges of their bytes out. It only ever sees sealed content.

Django imports it by its name in STORAGES, and boto3 with it, only where RAUT_OBJECT_STORE is set.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any  # boto3's clients are made at run time

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext as _
from storages.backends.s3 import S3Storage

from webplatform.common.errors import StoreAway
from webplatform.common.redis.circuit_breaker import Breaker

PART_BYTES = 8 * 2**20  # of a large object that is sent in parts: so much waits in memory, for each of two threads
DELETED_AT_ONCE = 1000  # the most that S3 takes
_MISSING = {"NoSuchKey", "404"}

logger = logging.getLogger(__name__)
store_hangs = Breaker(5.0)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the store lists it; `changed_s` in seconds since 1970."""

    name: str
    size_bytes: int
    changed_s: float


class ObjectStore:
    """One bucket, below one prefix; safe to use from several threads.

    Args:
        options: of django-storages' S3Storage.
    """

    def __init__(self, **options: str) -> None:
        self._options = options
        self._lock = Lock()
        self._process, self._connection, self._quick = 0, None, None
        self._prefix = options.get("location", "")
        self._bucket = options["bucket_name"]
        self._transfer = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=2
        )

    @property
    def _client(self) -> Any:
        """One for the process: its threads share the connections, and a forked process makes its own."""
        with self._lock:
            if self._process != os.getpid():
                self._process, self._connection, self._quick = os.getpid(), self._connected(), None
            return self._connection

    @property
    def _impatient(self) -> Any:
        """One that waits for a second and does not try again."""
        _ = self._client
        with self._lock:
            self._quick = self._quick or self._connected(is_quick=True)
            return self._quick

    def _connected(self, *, is_quick: bool = False) -> Any:
        config = Config(
            connect_timeout=1 if is_quick else 3,
            read_timeout=1 if is_quick else 20,
            retries={"total_max_attempts": 1 if is_quick else 3, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": "path" if self._options.get("endpoint_url") else "auto"},
            # Not every store knows the newer checksums, and each piece carries its own proof.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return S3Storage(**self._options, client_config=config).connection.meta.client

    def put(self, name: str, content: IO[bytes]) -> None:
        """The object holds the content, whole, in place of any other."""
        with _translated_errors(name):
            self._client.upload_fileobj(content, self._bucket, self._key(name), Config=self._transfer)

    def read(self, name: str, start: int, length: int) -> tuple[bytes, int]:
        """So many bytes from `start` on, or fewer where the object ends, and its size.

        Raises:
            FileNotFoundError: there is no such object.
            StoreAway: the store does not answer.
        """
        byte_range = f"bytes={start}-{start + length - 1}"
        with _translated_errors(name):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name), Range=byte_range)
            with answer["Body"] as body:
                return body.read(), int(answer["ContentRange"].rpartition("/")[2])

    def fetch(self, name: str, target: IO[bytes]) -> None:
        """The whole object is written to the target; raises FileNotFoundError, StoreAway."""
        with _translated_errors(name):
            self._client.download_fileobj(self._bucket, self._key(name), target, Config=self._transfer)

    def size_of(self, name: str) -> int | None:
        """How large an object is that is not empty; None where there is none."""
        try:
            return self.read(name, 0, 1)[1]  # asking for its head alone cannot tell a missing object from a bucket
        except FileNotFoundError:
            return None

    def delete(self, names: Iterable[str]) -> None:
        """None of these objects is there."""
        remaining = list(names)
        while remaining:
            batch, remaining = remaining[:DELETED_AT_ONCE], remaining[DELETED_AT_ONCE:]
            keys = [{"Key": self._key(name)} for name in batch]
            with _translated_errors(batch[0]):
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
            if answer.get("Errors"):
                logger.warning("The object store did not delete %d objects.", len(answer["Errors"]))
                raise _away()

    def entries(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose name begins so."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._key(prefix))
        cut = len(self._key(""))
        with _translated_errors(prefix):
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield StoredObject(entry["Key"][cut:], entry["Size"], entry["LastModified"].timestamp())

    def abort_unfinished(self, *, before_s: float) -> int:
        """Objects that a process began to send in parts before this time, and never ended, are given up."""
        count = 0
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=self._key(""))
        with _translated_errors(""):
            for page in pages:
                for entry in page.get("Uploads", ()):
                    if entry["Initiated"].timestamp() < before_s:
                        upload = {"Bucket": self._bucket, "Key": entry["Key"], "UploadId": entry["UploadId"]}
                        self._client.abort_multipart_upload(**upload)
                        count += 1
        return count

    def answers(self) -> bool:
        """Whether the bucket can be reached with these settings; asked for about two seconds at most."""
        return self.refusal() is None

    def refusal(self) -> str | None:
        """How the store refuses these settings, as it calls it; empty: it does not answer; None: it does."""
        try:
            self._impatient.list_objects_v2(Bucket=self._bucket, Prefix=self._key(""), MaxKeys=1)
        except ClientError as error:
            is_ours = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) < 500
            return str(error.response.get("Error", {}).get("Code")) if is_ours else ""
        except BotoCoreError:
            return ""
        return None

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name


@contextmanager
def _translated_errors(name: str) -> Iterator[None]:
    """What boto3 raises becomes FileNotFoundError or StoreAway."""
    if store_hangs.is_open:
        raise _away()
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(name) from error
        logger.warning("The object store refused: %s", error.response.get("Error", {}).get("Code"))
        raise _away() from error
    except (BotoCoreError, Boto3Error) as error:
        store_hangs.note(error)
        logger.warning("The object store does not answer: %s", type(error).__name__)
        raise _away() from error


def _away() -> StoreAway:
    return StoreAway(_("The store of the recordings does not answer at the moment. Please try again."))
