"""``import_records KIND FILE``: bring a file in, now, in this process."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from django.core.files.base import ContentFile, File
from django.core.management.base import BaseCommand, CommandError

from leads.intake import services
from leads.intake.kinds import KINDS, UnknownKind, kind_named
from leads.intake.mapping import MappingError
from leads.intake.models import Import, Mapping
from portal.accounts.models import User, normalise_email
from portal.core.errors import RuleViolation

WRONG_USAGE = 2


class Command(BaseCommand):
    help = "Imports a CSV, TSV or XLSX file of leads, companies, opportunities or touchpoints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help=f"what the rows are: {', '.join(KINDS)}")
        parser.add_argument("file", help="a CSV, TSV or XLSX file")
        parser.add_argument("--mapping", help="name of a saved mapping, or a JSON file with one")
        parser.add_argument("--campaign", help="slug of the campaign that the leads come from")
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", dest="constants",
            help="a value for every row; dates=%%d/%%m/%%Y and decimals=, say how dates and numbers are written",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, bring nothing in"
        )
        parser.add_argument(
            "--user", metavar="EMAIL", help="import in the name of this person, with their rights"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        by = self._user(options["user"])
        with self._wrong_usage():
            kind_named(options["kind"])
            constants = self._constants(options)
            written = self._written(options["mapping"], options["kind"])
        run = self._received(Path(options["file"]), options["kind"], by)
        self._say_how(run)
        with self._wrong_usage():
            mapping = services.first_mapping(run=run, by=by, written=written, constants=constants)
            run = services.save_mapping(run=run, mapping=mapping, by=by)
            self._say_mapping(run, was_given=written is not None)
        run = self._worked(run, by, dry=options["dry_run"])
        self._answer(run, time.monotonic() - began, as_json=options["json"])

    # --- what was asked for ----------------------------------------------------------------
    @contextmanager
    def _wrong_usage(self) -> Iterator[None]:
        try:
            yield
        except (UnknownKind, MappingError, RuleViolation) as error:
            how = " Say it with --set dates=%d/%m/%Y, or “dates” in the --mapping."
            self._refuse(
                str(error) + (how if getattr(error, "code", "") == "ambiguous_dates" else "")
            )

    def _refuse(self, sentence: str) -> NoReturn:
        raise CommandError(sentence, returncode=WRONG_USAGE)

    def _user(self, email: str | None) -> User | None:
        if not email:
            return None
        user = User.objects.filter(email=normalise_email(email), is_active=True).first()
        if user is None:
            self._refuse(f"There is no active person with the e-mail address {email}.")
        if not user.has_perm("intake.add_import"):
            self._refuse(f"{user} may not import records.")
        return user

    def _constants(self, options: dict[str, Any]) -> dict[str, str]:
        constants: dict[str, str] = {}
        for given in options["constants"]:
            name, equals, value = given.partition("=")
            if not equals or not name.strip():
                self._refuse(f"--set needs FIELD=VALUE, not “{given}”.")
            constants[name.strip()] = value.strip()
        if options["campaign"]:
            constants["campaign"] = options["campaign"]
        return constants

    def _written(self, named: str | None, kind: str) -> Any:
        """The JSON of the mapping: a file, or a saved one by name; None when none was named."""
        if not named:
            return None
        path = Path(named)
        if path.is_file():
            try:
                return json.loads(path.read_text(encoding="utf-8-sig"))
            except (ValueError, OSError) as error:
                self._refuse(f"The mapping {path.name} is not readable JSON. {error}")
        saved = Mapping.objects.filter(kind=kind, name=named).first()
        if saved is None:
            names = ", ".join(Mapping.objects.filter(kind=kind).values_list("name", flat=True)[:10])
            there = f" Saved are: {names}." if names else ""
            self._refuse(f"There is neither a file nor a saved mapping called “{named}”.{there}")
        return saved.mapping

    # --- the work --------------------------------------------------------------------------
    def _received(self, path: Path, kind: str, by: User | None) -> Import:
        if not path.is_file():
            self._refuse(f"There is no file {path}.")
        try:
            with path.open("rb") as handle:
                run, _ = services.receive_file(
                    content=File(handle), filename=path.name, kind=kind, by=by, is_anew=True
                )
        except (OSError, RuleViolation) as error:
            raise CommandError(str(error), returncode=1) from None
        run = services.read_file(run=run)
        if run.state == Import.State.FAILED:
            raise CommandError(f"{path.name}: {run.message}", returncode=1)
        return run

    def _worked(self, run: Import, by: User | None, *, dry: bool) -> Import:
        progress = Progress(self, run.rows)
        try:
            with services.failures_told(run):
                if dry:
                    return services.try_rows(run=run, by=by, checkpoint=progress)
                run = services.begin_import(run=run, by=by)
                return services.apply_rows(run=run, by=by, checkpoint=progress)
        except RuleViolation as error:
            raise CommandError(str(error), returncode=1) from None
        except KeyboardInterrupt:
            services.cancel_import(run=run, by=by)
            raise CommandError(
                "Stopped. Rows brought in until then are kept.", returncode=1
            ) from None

    # --- what is said ----------------------------------------------------------------------
    def _say_how(self, run: Import) -> None:
        dialect = run.dialect
        separator = {"\t": "tab"}.get(dialect["separator"], dialect["separator"])
        self.stderr.write(
            f"{run.filename}: {run.rows:,} rows, {len(dialect['columns'])} columns, {dialect['encoding']}, separator {separator}"
        )
        for note in dialect["notes"]:
            self.stderr.write(note)

    def _say_mapping(self, run: Import, *, was_given: bool) -> None:
        columns = run.mapping.get("columns", {})
        if not was_given:
            self.stderr.write("No mapping was given; read as proposed:")
            for name in run.dialect["columns"]:
                self.stderr.write(f"  {name} → {columns.get(name) or 'left out'}")
        elif left := [name for name in run.dialect["columns"] if not columns.get(name)]:
            self.stderr.write(f"Left out by the mapping: {', '.join(left)}")

    def _answer(self, run: Import, seconds: float, *, as_json: bool) -> None:
        counts = {
            name: getattr(run, name)
            for name in ("rows", "created", "updated", "duplicates", "rejected", "unchanged")
        }
        answer = {
            "import": run.pk,
            **counts,
            "rejected_file": self._refused_file(run),
            "seconds": round(seconds, 3),
        }
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        verb = "would be " if run.state == Import.State.CHECKED else ""
        self.stdout.write(
            f"Import {run.pk}: {run.rows:,} rows in {seconds:.1f} s; {verb}{run.created:,} created, {run.updated:,} updated, "
            f"{run.unchanged:,} unchanged, {run.duplicates:,} duplicates, {run.rejected:,} rejected."
        )
        if answer["rejected_file"]:
            self.stdout.write(
                f"Rows that were not brought in, with reasons: {answer['rejected_file']}"
            )

    def _refused_file(self, run: Import) -> str | None:
        """The refused rows as a file in the storage; its path, or its name where files live elsewhere."""
        if not run.rejected and not run.duplicates:
            return None
        storage = run.file.storage
        name = f"imports/refused-{run.pk}.csv"
        if storage.exists(name):
            storage.delete(name)
        content = ContentFile("".join(services.refused_lines(run)).encode())
        name = storage.save(name, content)
        try:
            return str(storage.path(name))
        except NotImplementedError:
            return name


class Progress:
    """A checkpoint for work without a job: one line on standard error, rewritten on a terminal."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        self.command, self.total, self.said = command, total, 0.0

    def __call__(
        self,
        cursor: Any = None,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
    ) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and done is not None and now - self.said > 1:
            self.said = now
            self.command.stderr.write(f"{done:,} of {self.total:,} rows")
