"""Whatever is thrown at the socket, it answers every frame once or closes with a code; it never falls over."""

import json
import random
import struct

import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = struct.Struct(">BBxxII")
CLOSE_CODES = {1000, 4400, 4408, 4409, 4413}


def picture_of(width, height):
    return cv2.imencode(".png", np.zeros((height, width), np.uint8))[1].tobytes()


def a_frame(dice, seq, jpegs):
    good = dice.choice(jpegs)
    cut = dice.randrange(len(good))
    picture = dice.choice(
        [
            good,
            good[:cut],
            good[:cut] + dice.randbytes(64) + good[cut:],
            dice.randbytes(dice.randrange(2000)),
            picture_of(1, 1),
            picture_of(5000, 5000),
            picture_of(1, 60_000),
            b"\xff\xd8\xff\xd9",
            b"GIF89a" + dice.randbytes(200),
            bytes(dice.choice([0, 2**21, 2**21 + 1])),
        ]
    )
    return HEADER.pack(1, 1, seq, dice.choice([0, seq * 100, dice.randrange(7_000_000)])) + picture


def something(dice, jpegs):
    kind = dice.choice(["start", "resume", "marker", "pause", "continue", "latency", "stop", "?", None, 3, "", "ready"])
    value = dice.choice([None, 1, -1, 2**70, 1.5, "", "x" * 500, [], {}, True, "\0", "🙂"])
    names = dice.sample(["version", "token", "ticket", "study", "title", "fps", "t_ms", "text", "round_trip_ms"], 3)
    text = json.dumps({"type": kind, **dict.fromkeys(names, value)})
    return dice.choice(
        [
            {"text": text},
            {"text": text[: dice.randrange(len(text))]},
            {"bytes": dice.randbytes(dice.randrange(40))},
            {"bytes": HEADER.pack(dice.randrange(256), dice.randrange(256), dice.randrange(2**32), 0) + jpegs[0]},
        ]
    )


@pytest.mark.parametrize("seed", range(8))
async def test_every_frame_of_a_storm_is_answered_once(begin, jpegs, seed):
    dice = random.Random(seed)
    socket, _ = await begin(fps=30)
    seq = 0
    for _ in range(25):
        seq += dice.choice([1, 1, 1, 7])
        message = a_frame(dice, seq, jpegs)
        await socket.send_bytes(message)
        heard = await socket.hear()
        if heard.get("type") == "ended":  # a time beyond the longest session
            assert heard["statistics"]["received"] > 0 or heard["session"] is None
            assert (await socket.hear_until("closing"))["code"] == 4413
            assert (await socket.hear())["closed"] == 4413
            break
        assert (heard["type"], heard["seq"]) == ("result", seq)
        assert "faces" in heard or heard["reason"] in {"undecodable", "too_large", "busy", "rate"}
    await socket.leave()


@pytest.mark.parametrize("seed", range(20))
async def test_nonsense_is_answered_or_ends_the_socket_cleanly(begin, jpegs, seed):
    dice = random.Random(1000 + seed)
    socket, _ = await begin()
    for _ in range(10):
        await socket.send_input({"type": "websocket.receive", **something(dice, jpegs)})
        if await socket.receive_nothing(timeout=0.2):
            continue  # pause, continue and latency need no answer
        while not await socket.receive_nothing(timeout=0.05):
            heard = await socket.hear()
            if "closed" in heard:
                assert heard["closed"] in CLOSE_CODES
                await socket.leave()
                return
    await socket.leave()
