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

from inference import Engine, FrameReading, InferenceError, PictureTrack, UnreadableVideo, VideoEnd, load_engine
from inference.animation import is_animation
from inference.folder import search_folder
from inference.image import count_pages, is_picture
from inference.names import show_name
from inference.output import CSV_COLUMNS, format_csv, format_jsonl

_GAPS_LISTED = 5
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
    files = [file for file in files if options.output is None or file.resolve() != options.output.resolve()]
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
        epilog="Each file of a folder is read or named with its reason. The exit code is 1 where a picture or video "
        "could not be read, a folder could not be opened or held none, or a path leads nowhere; files that are no "
        "pictures or videos do not change it. Damage is told as a warning.",
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
    """Return the files to read, folders searched, and how many paths cannot be; the other files are named."""
    files, failures = [], 0
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        contents = search_folder(path)
        files += contents.media
        for reason, names in contents.left_out.items():
            listed = ", ".join(show_name(name.relative_to(path)) for name in names)
            _complain(f"{show_name(path)}: {reason}: {listed}", kind="note")
        for problem in contents.problems:
            _complain(f"{show_name(path)}: {problem}")
        failures += len(contents.problems)
        if not contents.media:
            _complain(f"{show_name(path)}: the folder holds no pictures or videos.")
            failures += 1
    return files, failures


def _read_file(engine: Engine, file: Path, options: argparse.Namespace, out: TextIO) -> bool:
    """Write the readings of one file; return whether it could be read to its end."""
    to_text = _FORMATS[options.format]
    try:
        for reading in _guarded(_read(engine, file, options)):
            out.write(to_text(show_name(file), reading))
    except InferenceError as error:
        _complain(f"{show_name(file)}: {error}")
        return False
    return True


def _guarded(readings: Iterator[FrameReading]) -> Iterator[FrameReading]:
    """The readings; what a decoder says of damage that nobody foresaw ends this file alone."""
    try:
        yield from readings
    except (OSError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError) as error:
        raise UnreadableVideo(f"it is damaged and cannot be read on ({type(error).__name__}: {error}).") from error


def _read(engine: Engine, file: Path, options: argparse.Namespace) -> Iterator[FrameReading]:
    if is_picture(file) and not is_animation(file):
        if (pages := count_pages(file)) > 1:
            _complain(f"{show_name(file)}: it has {pages} pages; the first was read.", kind="warning")
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
    if readings.end is not None:
        for warning in _warnings(readings.end, readings.track):
            _complain(f"{show_name(file)}: {warning}", kind="warning")


def _warnings(end: VideoEnd, track: PictureTrack | None) -> Iterator[str]:
    """What a reader of the results must know: what is not in them."""
    if end.is_partial:
        yield f"it ends at {end.ended_at_ms} ms, but its header states {end.expected_ms} ms."
    if end.frames_damaged:
        yield f"{end.frames_damaged} frames are too damaged to be read; {end.frames_decoded} were read."
    if end.missing_ms:
        stretches = ", ".join(f"{gap.from_ms} to {gap.to_ms}" for gap in end.missing[:_GAPS_LISTED])
        more = " and more" if len(end.missing) > _GAPS_LISTED else ""
        yield f"{end.missing_ms} ms of picture are missing: {stretches} ms{more}."
    if track is not None and track.count > 1:
        yield f"it has {track.count} moving pictures; number {track.number} was read ({track.width} x {track.height})."


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
