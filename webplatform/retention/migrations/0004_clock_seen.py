"""The clock is compared with the newest rows from now on, also if the first start after the upgrade has a wrong one."""

from django.db import migrations
from django.db.models import Max


def note_newest(apps, schema_editor):
    newest = [
        apps.get_model("accounts", "AuditEvent").objects.aggregate(at=Max("at"))["at"],
        apps.get_model("history", "Session").objects.aggregate(at=Max("created_at"))["at"],
    ]
    known = [at for at in newest if at is not None]
    if known:
        apps.get_model("retention", "ClockReading").objects.get_or_create(pk=1, defaults={"seen_at": max(known)})


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0003_purge_hold"),
        ("accounts", "0005_audit_recent_of_a_kind"),
        ("history", "0010_count_people"),
    ]

    operations = [migrations.RunPython(note_newest, migrations.RunPython.noop)]
