"""Print the policy: for people, or with every route for outside checks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.accounts.policy_report import as_markdown, routes_csv


class Command(BaseCommand):
    help = "Prints who may do what, as in portal/docs/roles.md; with --csv every route and role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--csv", action="store_true", help="role,method,path,expected")

    def handle(self, *args: Any, **options: Any) -> None:
        text = routes_csv() if options["csv"] else as_markdown()
        self.stdout.write(text, ending="")
