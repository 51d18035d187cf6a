"""The files of the films that studies show: each sealed, with a key of its own; without the key nobody can play it."""

from __future__ import annotations

from typing import BinaryIO

from webplatform.studies.models import Stimulus, Study
from webplatform.vault.keys import erase_key, key_of
from webplatform.vault.stored import open_stored, remove_after_commit, seems_stored


def open_film(stimulus: Stimulus) -> BinaryIO:
    """The film's content, opened for reading from any place.

    Raises:
        FileNotFoundError: there is no file.
        KeyGone, Damaged: it cannot be read any more.
        StoreAway: the object store does not answer.
    """
    file = stimulus.folder / stimulus.stored_name
    if not seems_stored(file):
        raise FileNotFoundError(file)
    return open_stored(file, key_of(stimulus.key_name))


def forget_film(stimulus: Stimulus) -> None:
    """Nobody can play the film any more, here or from a copy; its file goes when that is committed."""
    erase_key(stimulus.key_name)
    remove_after_commit(stimulus.folder, is_folder=True)


def forget_films(study: Study) -> None:
    """The same for all films of the study."""
    for stimulus in study.stimuli.all():
        forget_film(stimulus)
