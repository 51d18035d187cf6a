"""`manage.py erase_account ADDRESS`: the end of an account and of everything that is held of the person."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.accounts.models import User
from webplatform.common.errors import AppError
from webplatform.retention.services import erase_account


class Command(BaseCommand):
    """For operators; people do it themselves on the page *Your data*, admins by the page of the account."""

    help = "Erases an account and everything that is held of the person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The account's e-mail address.")

    def handle(self, *, email: str, **options: object) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError("There is no such account.")
        try:
            receipt = erase_account(user=user, by=user)
        except AppError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Erased. Receipt {receipt.pk}.")
