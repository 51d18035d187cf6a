"""The same promises for files in a folder and in an object store."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from webplatform.common.errors import Damaged, StoreAway
from webplatform.vault.models import FileRemoval
from webplatform.vault.remote import BLOCK_BYTES, MOST_AHEAD, MOST_KEPT, RemoteBytes
from webplatform.vault.sealed import PIECE_BYTES, new_key, seal_copy
from webplatform.vault.stored import (
    draft_of,
    is_stored,
    open_stored,
    remove_after_commit,
    remove_due,
    remove_stored,
    store_file,
    stored_files,
)
from webplatform.vault.stored import (
    object_store as the_store,
)

pytestmark = pytest.mark.django_db
SIZES = [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 40 * PIECE_BYTES + 17]


def keep(content: bytes, path: Path) -> bytes:
    """The content lies sealed under this path; returns its key."""
    key, part = new_key(), draft_of(path)
    seal_copy([content], part, key)
    store_file(part, path)
    assert not part.exists()
    return key


def video(settings, name: str = "media.mp4.sealed") -> Path:
    return Path(settings.MEDIA_ROOT) / "some-session" / name


@pytest.mark.parametrize("size_bytes", SIZES)
def test_a_file_reads_as_it_was_written_from_any_place(storage_kind, settings, size_bytes) -> None:
    content = os.urandom(size_bytes)
    key = keep(content, video(settings))
    chance = random.Random(size_bytes)
    with open_stored(video(settings), key) as file:
        assert file.read() == content
        for _ in range(20):
            start = chance.randrange(size_bytes + 1)
            file.seek(start)
            assert file.read(1000) == content[start : start + 1000]


def test_a_file_lies_sealed_in_the_store_and_not_on_the_disk(object_store, settings, tmp_path) -> None:
    keep(b"a face" * 1000, video(settings))
    (found,) = stored_files(Path(settings.MEDIA_ROOT))
    assert found.path == video(settings)
    assert object_store.names(object_store.bucket) == ["lab/media/some-session/media.mp4.sealed"]
    content, _size = the_store().read("media/some-session/media.mp4.sealed", 0, 10_000)
    assert b"a face" not in content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_not_there_says_so(storage_kind, settings) -> None:
    assert not is_stored(video(settings))
    with pytest.raises(FileNotFoundError):
        open_stored(video(settings), new_key())


def test_another_key_and_another_content_are_noticed(storage_kind, settings) -> None:
    keep(b"one", video(settings))
    with pytest.raises(Damaged):
        open_stored(video(settings), new_key())


def test_a_file_and_a_folder_go_with_the_commit(storage_kind, settings, django_capture_on_commit_callbacks) -> None:
    for name in ("media.mp4.sealed", "media.playback.sealed", "media.mov.sealed"):
        keep(b"x", video(settings, name))
    with django_capture_on_commit_callbacks(execute=True):
        remove_after_commit(video(settings))
        assert is_stored(video(settings))
    assert not is_stored(video(settings))
    with django_capture_on_commit_callbacks(execute=True):
        remove_after_commit(video(settings).parent, is_folder=True)
    assert list(stored_files(Path(settings.MEDIA_ROOT))) == []
    assert FileRemoval.objects.count() == 0


def test_what_is_removed_while_the_store_is_away_goes_once_it_is_back(object_store, settings) -> None:
    keep(b"x", video(settings))
    with object_store.away():
        remove_stored(video(settings))
        assert remove_due() == 1
        with pytest.raises(StoreAway):
            is_stored(video(settings))
    assert is_stored(video(settings))
    assert remove_due() == 0
    assert not is_stored(video(settings))


def test_a_store_that_is_away_leaves_the_draft_where_it_is(object_store, settings) -> None:
    part = draft_of(video(settings))
    seal_copy([b"x" * 100], part, new_key())
    with object_store.away(), pytest.raises(StoreAway):
        store_file(part, video(settings))
    assert part.exists()
    store_file(part, video(settings))
    assert is_stored(video(settings))


def test_a_bucket_that_does_not_exist_is_no_missing_file(object_store, settings) -> None:
    keep(b"x", video(settings))
    object_store.client.delete_object(Bucket=object_store.bucket, Key="lab/media/some-session/media.mp4.sealed")
    object_store.client.delete_bucket(Bucket=object_store.bucket)
    with pytest.raises(StoreAway):
        is_stored(video(settings))


def test_a_jump_fetches_little_and_reading_on_fetches_ahead_in_bounded_memory(object_store, settings) -> None:
    content = os.urandom(64 * BLOCK_BYTES)
    key = keep(content, video(settings))
    fetched: list[int] = []

    class Counting:
        def read(self, name: str, start: int, length: int) -> tuple[bytes, int]:
            found = the_store().read(name, start, length)
            fetched.append(len(found[0]))
            return found

    source = RemoteBytes(Counting(), "media/some-session/media.mp4.sealed")
    source.read_at(30 * BLOCK_BYTES, 10)
    assert max(fetched) <= BLOCK_BYTES + 44
    assert len(fetched) == 2
    whole = b"".join(source.read_at(start, PIECE_BYTES) for start in range(0, source.size_bytes, PIECE_BYTES))
    assert len(whole) == source.size_bytes
    assert len(fetched) < 16
    assert max(fetched) == MOST_AHEAD * BLOCK_BYTES
    assert len(source._blocks) <= MOST_KEPT
    with open_stored(video(settings), key) as file:
        assert file.read() == content


def test_an_upload_in_parts_that_a_process_never_ended_is_given_up(object_store, settings) -> None:
    key = "lab/media/some-session/media.mp4.sealed"
    object_store.client.create_multipart_upload(Bucket=object_store.bucket, Key=key)
    assert the_store().abort_unfinished(before_s=0) == 0
    assert the_store().abort_unfinished(before_s=4e9) == 1
    assert the_store().abort_unfinished(before_s=4e9) == 0
