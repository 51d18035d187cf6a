"""What the dashboard remembers of its users' own arrangements."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views as a user may reach them."""

    def for_user(self, user: User) -> SavedViewQuerySet:
        """The user's own."""
        return self.filter(user_id=user.pk)


class SavedView(models.Model):
    """A user's own name for filters and an order of the list of sessions."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text=_("The part of the address behind the question mark."))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_per_user")]

    def __str__(self) -> str:
        return self.name
