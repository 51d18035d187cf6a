"""Who uses the platform: users by e-mail address, and the tokens of their programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users that are known by their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """A user with this address; without a password nobody can sign in as them until one is set."""
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """A user who may use Django's admin."""
        return self.create_user(email, password, **{**extra, "is_staff": True, "is_superuser": True})


class User(AbstractUser):
    """A person with an account. The e-mail address is the name; it is unique without regard to case."""

    username = None
    email = models.EmailField(_("e-mail address"), unique=True)
    login_epoch = models.PositiveIntegerField(default=0, editable=False, help_text=_("Raised: all logins before end."))

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case")]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends a login whose hash has changed: after a new password, and here also after a new epoch."""
        return f"{super()._get_session_auth_hash(secret)}{self.login_epoch}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens as a user may reach them."""

    def for_user(self, user: User) -> ApiTokenQuerySet:
        """The user's own tokens."""
        return self.filter(user_id=user.pk)


class ApiToken(models.Model):
    """A program's key to the REST API on behalf of a user. Only its hash is kept; the key is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("write")
        LIVE = "live", _("live sessions")
        ADMIN = "admin", _("administration")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8, help_text=_("The first characters, to recognise the token by."))
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the token, hex."))
    scopes = models.JSONField(default=list, help_text=_("What it may do."))
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def scope_names(self) -> list[str]:
        """What it may do, in the reader's language."""
        return [str(self.Scope(scope).label) for scope in self.scopes]


class AuditEvent(models.Model):
    """Who did what to which object, when. Rows are added and never changed; each one's digest covers the one before.

    It holds ids and codes, no names and no content, so that it may stay when a person's data goes.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=60, db_index=True)
    actor_id = models.BigIntegerField(null=True, help_text=_("The user's id; empty: nobody who signed in."))
    study_id = models.UUIDField(null=True, db_index=True)
    target = models.CharField(max_length=100, blank=True, help_text=_("What it was done to, as kind:id."))
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, help_text=_("The digest of the event before; zeros for the first one."))
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of this event and `previous`, hex."))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["action", "at"], name="audit_recent_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class LoginAttempt(models.Model):
    """A password or code that is being looked at: guesses in parallel count each other before one has failed."""

    account = models.CharField(max_length=16, db_index=True, help_text=_("The hash of the address."))
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account} {self.at}"


class StoredAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for a day: under way (`status` 0) -> answered."""

    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of whose key it is, and of the key."))
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    request = models.CharField(max_length=64, help_text=_("SHA-256 of what was asked."))
    status = models.PositiveSmallIntegerField(default=0)
    sealed = models.BinaryField(default=bytes, help_text=_("The answer, which only the client's own key opens."))
    about = models.TextField(blank=True, help_text=_("Ids that stand in it: it goes with what they are."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="answer_over")]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"
