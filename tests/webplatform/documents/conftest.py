"""A study whose facts are easy to find again in a text."""

import pytest

from webplatform.studies.models import Study


@pytest.fixture
def study(study: Study) -> Study:
    Study.objects.filter(pk=study.pk).update(
        purpose="How people react to films", contact="Lab 7", media_days=11, observation_days=22, rest_days=33
    )
    study.refresh_from_db()
    return study
