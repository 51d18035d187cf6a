"""The vault's tables, used when several machines share no file system."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileKey(models.Model):
    """The wrapped key of a sealed file, where RAUT_KEYS_IN says that keys lie in the database.

    A row with a group was set aside: its key opens nothing any more and waits for its end.
    """

    name = models.CharField(max_length=80, unique=True)
    group = models.CharField(max_length=80, blank=True)
    wrapped = models.BinaryField(help_text=_("As a key's file holds it (vault/keys.py)."))
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["group", "changed_at"], name="filekey_waiting")]

    def __str__(self) -> str:
        return self.name


class FileRemoval(models.Model):
    """An object, or everything below a prefix, that has to go from the object store; the row goes once it is gone."""

    name = models.CharField(max_length=300, unique=True, help_text=_("It ends with a slash where it is a prefix."))
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
