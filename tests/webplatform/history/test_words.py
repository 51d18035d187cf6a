"""What expressions are called."""

from __future__ import annotations

from django.utils import translation

from inference import EMOTIONS
from webplatform.history.words import EMOTION_NAMES


def test_an_expression_has_one_name_on_pages_in_files_and_in_the_api():
    with translation.override("en"):
        assert [str(EMOTION_NAMES[emotion]) for emotion in EMOTIONS] == [str(emotion) for emotion in EMOTIONS]
