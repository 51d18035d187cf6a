"""`python -m inference PATH…`: reads files and folders of pictures and videos into JSON lines or CSV."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from inference import PICTURE_ENDINGS, VIDEO_ENDINGS, Engine, FrameReading, InferenceError, load_engine
from inference.container import show_name
from inference.image import is_picture
from inference.output import CSV_COLUMNS, format_csv, format_jsonl

_FORMATS = {"jsonl": format_jsonl, "csv": format_csv}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; by default those of the process.
    Returns:
        0, or 1 where a file could not be read.
    """
    options = _parse(arguments)
    files, failures = _find_files(options.paths)
    try:
        engine = load_engine(options.bundle)
        with _open_output(options.output) as out:
            if options.format == "csv":
                out.write(",".join(CSV_COLUMNS) + "\n")
            for file in tqdm(files, unit="file", disable=None, file=sys.stderr, dynamic_ncols=True):
                failures += not _read_file(engine, file, options, out)
    except InferenceError as error:
        _complain(str(error))
        return 1
    except OSError as error:
        _complain(f"cannot write: {error}")
        return 1
    return 1 if failures else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m inference",
        description="Read the facial expressions in pictures and videos. Scores describe faces, not feelings.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a picture, a video or a folder of them")
    parser.add_argument(
        "--format", choices=sorted(_FORMATS), default="jsonl", help="jsonl: a line per frame; csv: a row per face"
    )
    parser.add_argument("--every-ms", type=_positive, default=200, help="time between two sampled frames (default 200)")
    parser.add_argument("--whole-image", action="store_true", help="take each picture as one cropped face")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here, all or nothing, instead of to stdout")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="use this model instead of the shipped one")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of ms, at least 1")
    return int(text)


def _find_files(paths: list[Path]) -> tuple[list[Path], int]:
    """Return the media files among the paths, folders searched, and how many paths lead nowhere."""
    files, failures = [], 0
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.suffix.lower() in PICTURE_ENDINGS | VIDEO_ENDINGS and p.is_file()
            )
            files += inside
            if not inside:
                _complain(f"{path}: the folder holds no pictures or videos.")
                failures += 1
        else:
            files.append(path)
    return files, failures


def _read_file(engine: Engine, file: Path, options: argparse.Namespace, out: TextIO) -> bool:
    """Write the readings of one file; return whether it could be read to its end."""
    to_text = _FORMATS[options.format]
    try:
        for reading in _read(engine, file, options):
            out.write(to_text(show_name(file), reading))
    except InferenceError as error:
        _complain(f"{show_name(file)}: {error}")
        return False
    return True


def _read(engine: Engine, file: Path, options: argparse.Namespace) -> Iterator[FrameReading]:
    suffix = file.suffix.lower()
    if suffix in PICTURE_ENDINGS or (suffix not in VIDEO_ENDINGS and is_picture(file)):
        yield engine.read_face(file) if options.whole_image else engine.read_image(file)
        return
    yield from _read_video(engine, file, options.every_ms)


def _read_video(engine: Engine, file: Path, every_ms: int) -> Iterator[FrameReading]:
    with (
        engine.read_video(file, every_ms=every_ms) as readings,
        tqdm(desc=show_name(file.name), unit="ms", unit_scale=True, disable=None, leave=False, file=sys.stderr) as bar,
    ):
        for reading in readings:
            bar.total = readings.stated_ms
            bar.update(reading.t_ms - bar.n)
            yield reading
    if readings.end is not None and readings.end.is_partial:
        ended, stated = readings.end.ended_at_ms, readings.end.expected_ms
        _complain(f"{show_name(file)}: it ends at {ended} ms, but its header states {stated} ms.", kind="warning")


@contextmanager
def _open_output(file: Path | None) -> Iterator[TextIO]:
    """Yield stdout, or a hidden file that takes the place of `file` only when all is written."""
    if file is None:
        yield sys.stdout
        return
    handle, hidden = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(hidden).chmod(0o644)
        Path(hidden).replace(file)
    except BaseException:
        Path(hidden).unlink(missing_ok=True)
        raise


def _complain(text: str, *, kind: str = "error") -> None:
    tqdm.write(f"{kind}: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
