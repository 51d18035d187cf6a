"""Frames of many sockets in few threads."""

import asyncio
import threading

import pytest

import inference
from webplatform.live import batching
from webplatform.live.batching import LARGEST_BATCHES, THREADS, FrameBatcher, Overloaded, batcher_of
from webplatform.modelhub.engines import engine_for, forget_engines
from webplatform.modelhub.services import ensure_active_model


@pytest.fixture(scope="module")
def engine() -> inference.Engine:
    return inference.load_engine()


@pytest.fixture
def batches(monkeypatch):
    """The sizes of the batches that were read, each of which waits until `go` is set."""
    sizes, go, read = [], threading.Event(), inference.read_together

    def read_slowly(frames):
        sizes.append(len(frames))
        go.wait(10)
        return read(frames)

    monkeypatch.setattr(batching.inference, "read_together", read_slowly)
    return sizes, go


async def test_frames_that_wait_are_read_in_shared_batches(engine, jpegs, batches):
    sizes, go = batches
    batcher = FrameBatcher()
    frames = [inference.LiveFrame(engine.live(), jpegs[at % 10], 0) for at in range(THREADS + 40)]
    reading = asyncio.gather(*(batcher.read(frame) for frame in frames))
    await asyncio.sleep(0)
    go.set()
    readings = await reading
    assert [len(reading.faces) for reading in readings] == [1] * len(frames)
    assert sum(sizes) == len(frames)
    assert max(sizes) == LARGEST_BATCHES["litert"]
    assert len(sizes) < 15


async def test_the_event_loop_is_free_while_frames_are_read(engine, jpegs, batches):
    _, go = batches
    reading = asyncio.create_task(FrameBatcher().read(inference.LiveFrame(engine.live(), jpegs[0], 0)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not reading.done()
    go.set()
    assert (await reading).faces


async def test_a_frame_that_would_wait_for_too_long_is_refused_at_once(engine, jpegs, batches, monkeypatch):
    _, go = batches
    go.set()
    batcher = FrameBatcher()
    frames = [inference.LiveFrame(engine.live(), jpegs[0], 0) for _ in range(20)]
    await batcher.read(frames[0])  # now it knows how long one takes
    monkeypatch.setattr(batching, "MAX_WAIT_S", 0.0)
    go.clear()
    waiting = [asyncio.create_task(batcher.read(frame)) for frame in frames[1:]]
    for _ in range(5):
        await asyncio.sleep(0)
    refused = [task for task in waiting if task.done()]
    go.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(answer, Overloaded) for answer in answers) == len(refused) == len(waiting) - THREADS - 1


async def test_a_bad_frame_and_a_socket_that_left_disturb_nobody(engine, jpegs):
    batcher = batcher_of(engine)
    good, gone, bad = (
        asyncio.create_task(batcher.read(inference.LiveFrame(engine.live(), picture, 0)))
        for picture in (jpegs[0], jpegs[1], b"no picture")
    )
    await asyncio.sleep(0)
    gone.cancel()
    assert (await good).faces
    with pytest.raises(inference.UnreadableFrame):
        await bad


async def test_sockets_of_one_engine_share_a_batcher(engine):
    assert batcher_of(engine) is batcher_of(engine)


@pytest.mark.django_db
def test_tensorflow_reads_as_the_default_does(settings, jpegs):
    version = ensure_active_model()
    expected = engine_for(version).live().read(jpegs[0], 0)
    forget_engines()
    settings.RAUT_BACKEND = "tensorflow"
    try:
        seen = engine_for(version).live().read(jpegs[0], 0)
    finally:
        forget_engines()
    assert [face.box for face in seen.faces] == [face.box for face in expected.faces]
    assert seen.faces[0].scores == pytest.approx(expected.faces[0].scores, abs=1e-3)
