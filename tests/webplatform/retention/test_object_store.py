"""A person's copy of everything in an object store: sealed there, opened for that person, and gone with its key."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from django.utils import timezone

from webplatform.retention.models import DataExport
from webplatform.retention.purge import purge
from webplatform.retention.services import request_export
from webplatform.retention.work import run_export
from webplatform.vault.models import FileKey


def names(store) -> list[str]:
    return store.names(store.bucket)


def made(owner) -> DataExport:
    export = request_export(of=owner, language="en")
    run_export(export.pk)
    return DataExport.objects.get(pk=export.pk)


def test_it_lies_sealed_in_the_store_and_its_person_gets_it(object_store, owner, client_of):
    export = made(owner)
    assert (export.state, names(object_store)) == ("done", [f"lab/exports/{export.pk}.zip"])
    stored = object_store.client.get_object(Bucket=object_store.bucket, Key=names(object_store)[0])["Body"].read()
    assert stored.startswith(b"RAUTSEAL")
    answer = client_of(owner).get(f"/account/data/copies/{export.pk}/")
    content = b"".join(answer.streaming_content)
    assert len(content) == export.size_bytes
    assert "person.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not export.file.exists()


def test_it_goes_when_its_time_is_over_and_lost_ones_go_too(object_store, owner, django_capture_on_commit_callbacks):
    made(owner)
    object_store.client.put_object(Bucket=object_store.bucket, Key="lab/exports/lost.zip", Body=b"x")
    with django_capture_on_commit_callbacks(execute=True):
        purge(now=timezone.now() + timedelta(days=30))
    assert (names(object_store), FileKey.objects.count()) == ([], 0)


def test_one_that_cannot_be_stored_now_is_made_later(object_store, owner):
    with object_store.away():
        export = made(owner)
    assert (export.state, export.attempts) == ("queued", 0)
    run_export(export.pk)
    assert DataExport.objects.get().state == "done"
