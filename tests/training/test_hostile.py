"""What an admin's data set may try: paths that lead out, archives and pictures that unpack to gigabytes."""

import csv
import io
import resource
import struct
import zipfile
import zlib

import cv2
import numpy as np
import pytest

from training.dataset import MOST_PIXELS, read_dataset
from training.errors import BadDataset
from training.sources import MOST_PICTURE_BYTES, read_source


def png(side: int = 48) -> bytes:
    return cv2.imencode(".png", np.full((side, side), 90, np.uint8))[1].tobytes()


@pytest.mark.parametrize("how", ["absolute", "upwards", "link", "folder", "nul"])
def test_a_manifest_reads_nothing_outside_of_its_folder(tmp_path, how):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    folder = tmp_path / "upload"
    folder.mkdir()
    (folder / "link.png").symlink_to(secret)
    (folder / "own.png").write_bytes(png())
    name = {"absolute": str(secret), "upwards": "../secret.png", "link": "link.png", "folder": ".", "nul": "a\0b"}[how]
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([["path", "label"], [name, "happy"], ["own.png", "sad"]])
    foreign, own = read_source(folder / "manifest.csv")
    assert (foreign.encoded, own.encoded) == (b"", png())


def test_a_file_of_gigabytes_in_a_small_zip_takes_no_memory(tmp_path):
    packed = tmp_path / "faces.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("train/happy/a.png", png())
        with target.open("train/happy/bomb.png", "w") as bomb:
            for _ in range(300):
                bomb.write(bytes(2**20))
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    faces = {face.name: len(face.encoded) for face in read_source(packed)}
    grown_bytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) * 1024
    assert faces == {"train/happy/a.png": len(png()), "train/happy/bomb.png": 0}
    assert grown_bytes < 6 * MOST_PICTURE_BYTES


def test_a_picture_of_too_many_pixels_is_left_out_undecoded(tmp_path):
    side = int(MOST_PIXELS**0.5) + 1
    for name, content in (("a.png", png()), ("bomb.png", _huge_png(side)), ("worse.png", _huge_png(60_000))):
        place = tmp_path / "train" / "happy" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    report = read_dataset(tmp_path, to_measure=True).report
    assert sorted(report.unreadable) == ["train/happy/bomb.png", "train/happy/worse.png"]


@pytest.mark.parametrize("at", [6, 8])
def test_a_zip_of_an_unknown_kind_is_told(tmp_path, at):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("train/happy/a.png", png())
    content = bytearray(packed.getvalue())
    content[at] = content[content.index(b"PK\x01\x02") + at + 2] = 99
    (tmp_path / "faces.zip").write_bytes(content)
    with pytest.raises(BadDataset):
        list(read_source(tmp_path / "faces.zip"))


def _huge_png(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
