"""While a new version starts, an older one still runs on its database: migrations only add what it need not know.

What it uses goes one release later, by a migration that says so: `unused_since = "1.3.0"`, the release in which the
code stopped using it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from webplatform.settings import ROOT

HARMLESS = (
    operations.CreateModel,
    operations.AlterModelOptions,
    operations.AlterModelManagers,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RenameIndex,
    operations.RemoveConstraint,
    operations.RunPython,  # data: it has a test of its own
    AddIndexConcurrently,
)


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def migrations() -> list[Migration]:
    ours = loader().disk_migrations.values()
    return [migration for migration in ours if type(migration).__module__.startswith("webplatform.")]


def dangers(migration: Migration) -> list[str]:
    """What an older version would stumble over."""
    made = {one.name_lower for one in operations_of(migration) if isinstance(one, operations.CreateModel)}
    found = []
    for operation in operations_of(migration):
        model = getattr(operation, "model_name_lower", "")
        if isinstance(operation, HARMLESS) or model in made:
            continue
        if isinstance(operation, operations.AddField) and may_be_left_out(operation.field):
            continue
        if isinstance(operation, operations.AlterField) and is_wider(
            field_before(migration, operation), operation.field
        ):
            continue
        found.append(operation.describe())
    return found


def operations_of(migration: Migration) -> Iterator[operations.base.Operation]:
    """Those that change the database; where state and database part, the database's."""
    for operation in migration.operations:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def may_be_left_out(field: models.Field) -> bool:
    """Whether a row that is written without the field is taken."""
    return field.many_to_many or field.null or field.db_default is not NOT_PROVIDED


def field_before(migration: Migration, operation: operations.AlterField) -> models.Field:
    key = (migration.app_label, migration.name)
    state = loader().project_state(key, at_end=False) if key in loader().graph.nodes else loader().project_state()
    return state.models[migration.app_label, operation.model_name_lower].fields[operation.name]


def is_wider(old: models.Field, new: models.Field) -> bool:
    """Whether the column takes all that it took before."""
    before, after = in_the_database(old), in_the_database(new)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    taken = {"null": new.null, "max_length": (new.max_length or 0) > (old.max_length or 0)}
    taken |= {"db_default": new.db_default is not NOT_PROVIDED}
    return all(taken.get(key, False) for key in changed)


def in_the_database(field: models.Field) -> dict[str, object]:
    _, path, _, said = field.deconstruct()
    python_alone = {*field.non_db_attrs, "default", "auto_now", "auto_now_add"}
    return {"type": path, **{key: value for key, value in said.items() if key not in python_alone}}


def is_of_a_later_release(migration: Migration) -> bool:
    released = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    return getattr(migration, "unused_since", None) in released


def test_every_new_migration_leaves_an_older_version_running():
    found = {str(one): dangers(one) for one in migrations() if not is_of_a_later_release(one)}
    assert {name: what for name, what in found.items() if what} == {}, __doc__


NOTE = {"model_name": "session", "name": "note"}
TITLE = {"model_name": "session", "name": "title"}
REFUSED = {
    "a dropped column": operations.RemoveField("session", "title"),
    "a renamed column": operations.RenameField("session", "title", "name"),
    "a dropped table": operations.DeleteModel("session"),
    "a renamed table": operations.RenameModel("session", "recording"),
    "a table under another name": operations.AlterModelTable("session", "recording"),
    "a column that must be given": operations.AddField(**NOTE, field=models.TextField(default="")),
    "a column that must be given from now on": operations.AlterField(
        model_name="session", name="closed_at", field=models.DateTimeField()
    ),
    "a column of another type": operations.AlterField(**TITLE, field=models.IntegerField(null=True)),
    "a column that takes less": operations.AlterField(**TITLE, field=models.CharField(max_length=9)),
    "a rule that older rows need not keep": operations.AddConstraint(
        "session", models.UniqueConstraint(fields=["title"], name="one_title")
    ),
    "statements": operations.RunSQL("DROP TABLE history_session"),
    "a column that the code forgot in the same release": operations.SeparateDatabaseAndState(
        database_operations=[operations.RemoveField("session", "title")]
    ),
}
TAKEN = {
    "a column that may be empty": operations.AddField(**NOTE, field=models.TextField(null=True)),
    "a column that the database fills": operations.AddField(**NOTE, field=models.TextField(db_default="")),
    "a column that takes more": operations.AlterField(**TITLE, field=models.CharField(max_length=999, null=True)),
    "a table": operations.CreateModel("Note", [("text", models.TextField())]),
    "what the code forgets first": operations.SeparateDatabaseAndState(
        state_operations=[operations.RemoveField("session", "title")]
    ),
}


def one_of(operation: operations.base.Operation) -> Migration:
    migration = Migration("9999_next", "history")
    migration.operations = [operation]
    return migration


@pytest.mark.parametrize("operation", REFUSED.values(), ids=REFUSED)
def test_what_breaks_an_older_version_is_refused(operation):
    assert dangers(one_of(operation))


@pytest.mark.parametrize("operation", TAKEN.values(), ids=TAKEN)
def test_what_an_older_version_need_not_know_is_taken(operation):
    assert dangers(one_of(operation)) == []


def test_nothing_is_dropped_by_naming_a_release_that_does_not_exist():
    migration = one_of(REFUSED["a dropped column"])
    migration.unused_since = "999.0.0"
    assert not is_of_a_later_release(migration)
