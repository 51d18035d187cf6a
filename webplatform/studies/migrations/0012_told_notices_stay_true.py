"""Studies that have participants keep no bin until their owner chooses days: the notices that were agreed to name none."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_no_bin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    study = apps.get_model("studies", "Study")
    study.objects.filter(participants__isnull=False).update(bin_days=0)


class Migration(migrations.Migration):
    dependencies = [("studies", "0011_bin_days")]

    operations = [migrations.RunPython(keep_no_bin, migrations.RunPython.noop)]
