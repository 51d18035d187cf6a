"""The file of an export in an object store: any web machine sends it, and it ends as it does on a disk."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from webplatform.exporting.models import ExportJob
from webplatform.exporting.work import run_export_job
from webplatform.retention.purge import purge
from webplatform.vault.models import FileKey


def names(store) -> list[str]:
    return store.names(store.bucket)


def test_it_lies_sealed_in_the_store_and_its_owner_gets_it(object_store, told, made, client_of, owner, tmp_path):
    job = made("csv", told)
    assert names(object_store) == [f"lab/export-jobs/{job.pk}.sealed"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with object_store.away():
        assert client_of(owner).get(reverse("exporting:file", args=[job.pk])).status_code == 503
    answer = client_of(owner).get(reverse("exporting:file", args=[job.pk]))
    assert len(b"".join(answer.streaming_content)) == job.size_bytes


def test_it_goes_when_its_time_is_over_and_lost_ones_go_too(
    object_store, told, made, django_capture_on_commit_callbacks
):
    made("csv", told)
    lost = "lab/export-jobs/5e0a0a0a-0000-4000-8000-000000000000.sealed"
    object_store.client.put_object(Bucket=object_store.bucket, Key=lost, Body=b"x")
    with django_capture_on_commit_callbacks(execute=True):
        purge(now=timezone.now() + timedelta(days=30))
    assert (names(object_store), FileKey.objects.filter(name__startswith="export-").count()) == ([], 0)


def test_one_that_cannot_be_stored_now_is_made_later(object_store, told, made):
    with object_store.away():
        job = made("csv", told)
    assert (job.state, job.attempts, job.error_code) == ("queued", 0, "")
    run_export_job(job.pk)
    assert ExportJob.objects.get().state == "done"
    assert names(object_store) == [f"lab/export-jobs/{job.pk}.sealed"]
