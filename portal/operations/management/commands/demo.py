"""``demo``: the demonstration company, once. Running it again changes nothing."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.accounts.models import User
from portal.operations.demo import company
from portal.operations.demo.people import DOMAIN, PEOPLE


class Command(BaseCommand):
    help = "Load the demonstration company. Running it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="for other leads (default 7)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        is_new = not company.exists()
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(12)
        if is_new:
            self.stderr.write("Making the demonstration company: this takes half a minute, once.")
            company.make_company(password=password, seed=options["seed"])
        if options["json"]:
            self.stdout.write(json.dumps(company.counts()))
        else:
            self._tell()
        said = self.stderr if options["json"] else self.stdout
        said.write(_about_the_password(password, is_new=is_new))

    def _tell(self) -> None:
        counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in company.counts().items())
        self.stdout.write(f"The demonstration company is there: {counts}.")
        self.stdout.write("Sign in as one of:")
        known = set(User.objects.filter(is_active=True).values_list("email", flat=True))
        for mailbox, name, role, *_ in PEOPLE[:8]:
            email = f"{mailbox}@{DOMAIN}"
            if email in known:
                self.stdout.write(f"  {email:<34} {name} ({role.label.lower()})")


def _about_the_password(password: str, *, is_new: bool) -> str:
    """The only time that a random one can be read; one that was set is known to who set it."""
    if not is_new:
        return "Their password is the one that was printed (or set) when they were made."
    if settings.DEMO_PASSWORD:
        return "Password of all of them: the one of ACCORD_DEMO_PASSWORD."
    return f"Password of all of them: {password}"
