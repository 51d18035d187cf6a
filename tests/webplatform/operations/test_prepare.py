from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from webplatform.modelhub.models import ModelVersion


@pytest.mark.django_db
def test_preparing_twice_leaves_one_active_model():
    said = StringIO()
    call_command("prepare", stdout=said)
    call_command("prepare", stdout=said)
    assert ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).count() == 1
    assert said.getvalue().count("Database ready") == 2
