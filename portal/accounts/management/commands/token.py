"""Print a new API token, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.models import ApiToken, User, normalise_email
from portal.accounts.services import LONGEST_TOKEN_DAYS, create_token
from portal.core.errors import RuleViolation


class Command(BaseCommand):
    help = "Prints a new API token once. Without --scope it may only read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--scope", action="append", choices=ApiToken.Scope.values, default=None)
        parser.add_argument("--days", type=int, default=90, help=f"1 to {LONGEST_TOKEN_DAYS}; 90")
        parser.add_argument("--name", default="Command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_email(options["email"])).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        scopes = options["scope"] or [ApiToken.Scope.READ]
        try:
            _, secret = create_token(
                user=user, by=user, name=options["name"], scopes=scopes, days=options["days"]
            )
        except RuleViolation as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(secret)
