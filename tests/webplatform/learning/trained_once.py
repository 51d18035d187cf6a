"""The real trainer, asked each different question once: whoever asks the same again gets the same answer at once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

Line = dict[str, Any]
AS_IT_WAS = ("--out", "--name")  # where the answer goes is no part of the question


class TrainedOnce:
    """Stands before `run_training`; its answers lie in a folder that all test processes share.

    A question is what the command does with what lies in the files that it names. An answer is every line that the
    command printed, and the file or the bundle that it made. What resumes from a checkpoint, reads from a pipe or
    fails is never answered from here.
    """

    def __init__(self, folder: Path, really: Callable[..., Line]) -> None:
        self.folder, self._really = folder, really

    def __call__(
        self, arguments: Sequence[str], *, on_line: Callable[[Line], None], may_go_on: Callable[[], bool]
    ) -> Line:
        question = _question(arguments)
        if question is None:
            return self._really(arguments, on_line=on_line, may_go_on=may_go_on)
        answer = self.folder / question
        with _locked(self.folder / f"{question}.lock"):
            if not answer.exists():
                return self._ask(answer, arguments, on_line, may_go_on)
        return _answered(answer, arguments, on_line, may_go_on)

    def _ask(self, answer: Path, arguments: Sequence[str], on_line: Callable, may_go_on: Callable) -> Line:
        lines: list[Line] = []

        def note(line: Line) -> None:
            lines.append(line)
            on_line(line)

        last = self._really(arguments, on_line=note, may_go_on=may_go_on)
        part = answer.with_suffix(".part")
        part.mkdir()
        (part / "lines.json").write_text(json.dumps([*lines, last]), encoding="utf-8")
        if made := _made(arguments):
            _copy(made, part / "made")
        part.rename(answer)
        return last


def _answered(answer: Path, arguments: Sequence[str], on_line: Callable, may_go_on: Callable) -> Line:
    *lines, last = json.loads((answer / "lines.json").read_text(encoding="utf-8"))
    for line in lines:
        assert may_go_on()
        on_line(line)
    made = _made(arguments)
    if made is not None:
        _copy(answer / "made", made)
    return {**last, "bundle": str(made)} if "bundle" in last else last


def _question(arguments: Sequence[str]) -> str | None:
    """A digest of the command and of all that it reads; None where that cannot be told."""
    told = hashlib.sha256()
    for before, word in zip(["", *arguments], arguments, strict=False):
        path = Path(word)
        if before == "--checkpoint":
            if path.exists():
                return None
        elif before not in AS_IT_WAS:
            if path.is_absolute() and not (path.is_file() or (path / "SHA256SUMS").is_file()):
                return None
            told.update((_content(path) if path.is_absolute() else word.encode()) + b"\0")
    return told.hexdigest()


def _content(path: Path) -> bytes:
    """The digest of a file or, for a sealed bundle, of its checksums."""
    return hashlib.sha256((path if path.is_file() else path / "SHA256SUMS").read_bytes()).digest()


def _made(arguments: Sequence[str]) -> Path | None:
    """The file or the bundle that the command makes."""
    given = dict(pairwise(arguments))
    if "--out" not in given:
        return None
    return Path(given["--out"]) / given["--name"] if "--name" in given else Path(given["--out"])


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
