"""Sessions closed before know how many people were in them, by what their summaries tell."""

from django.db import migrations


def count_people(apps, schema_editor):
    sessions = apps.get_model("history", "Session").objects.exclude(summary={})
    for session in sessions.iterator(chunk_size=200):
        session.people = sum(not track["is_glimpse"] for track in session.summary.get("tracks", []))
        session.save(update_fields=["people"])


class Migration(migrations.Migration):
    dependencies = [("history", "0009_people")]

    operations = [migrations.RunPython(count_people, migrations.RunPython.noop)]
