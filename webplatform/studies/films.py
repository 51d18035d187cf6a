"""The files of the films that studies show: each sealed, with a key of its own; without the key nobody can play it."""

from __future__ import annotations

import shutil
from typing import BinaryIO, cast

from webplatform.common.commits import after_commit
from webplatform.studies.models import Stimulus, Study
from webplatform.vault.keys import erase_key, key_of
from webplatform.vault.sealed import open_sealed


def open_film(stimulus: Stimulus) -> BinaryIO:
    """The film's content, opened for reading from any place.

    Raises:
        FileNotFoundError: there is no file.
        KeyGone, Damaged: it cannot be read any more.
    """
    file = stimulus.folder / stimulus.stored_name
    if not file.is_file():
        raise FileNotFoundError(file)
    return cast("BinaryIO", open_sealed(file, key_of(stimulus.key_name)))


def forget_film(stimulus: Stimulus) -> None:
    """Nobody can play the film any more, here or from a copy; its file goes when that is committed."""
    erase_key(stimulus.key_name)
    after_commit(shutil.rmtree, stimulus.folder, ignore_errors=True)


def forget_films(study: Study) -> None:
    """The same for all films of the study."""
    for stimulus in study.stimuli.all():
        forget_film(stimulus)
