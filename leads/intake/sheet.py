"""The sheet on which a person says what each column of a file means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict

from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES, LeadField, Place, Type, attribute_name
from leads.intake import dates as formats
from leads.intake.forms import ReadingForm
from leads.intake.guessing import NUMBERS, Guess, chosen, stage_named
from leads.intake.kinds import KINDS, kind_named
from leads.intake.mapping import DATE_TYPES, DECIMALS, UNKNOWN, Mapping
from leads.intake.models import Import
from leads.intake.previewing import Preview
from leads.intake.profiling import Column, Profile
from leads.intake.proposing import Proposal
from leads.intake.references import References
from leads.intake.sheet_lines import MOST_VALUES, ColumnLine, NothingLine, SkipLine, ValueLine
from leads.intake.words import LOST

OWN_TYPES = {"text": "text", "number": "number", "boolean": "yes or no", "date": "date"}
#: Columns shown on one page; a wider file keeps what is proposed for the rest.
MOST_COLUMNS = 500
#: A file of more columns shows first those that fill our fields; the others are folded.
WIDE = 30
CONSTANT_LINES = 3
#: Words that often mean nothing, and sometimes a value of their own: offered, not taken.
DOUBTFUL = frozenset("unknown unbekannt inconnu desconocido none na".split())


class MappingSheet:
    """The mapping of one import as a form: shown from a mapping, or read from what was posted."""

    def __init__(
        self, *, run: Import, proposal: Proposal, references: References, mapping: Mapping
    ) -> None:
        self.run, self.proposal, self.references, self.mapping = run, proposal, references, mapping
        self.kind = kind_named(run.kind)
        self.profile = Profile.from_json(run.profile)
        guesses = {guess.column: guess for guess in proposal.guesses}
        filled = [column for column in self.profile.columns if column.filled]
        shown = filled[:MOST_COLUMNS]
        places = {column.name: place for place, column in enumerate(self.profile.columns)}
        self.lines = [self._line(places[c.name], c, guesses[c.name]) for c in shown]
        self.not_shown = len(self.profile.columns) - len(shown)
        self.is_wide = len(self.profile.columns) > WIDE
        self.errors: list[str] = []
        self.preview = Preview()
        self.reading: ReadingForm | None = None

    # --- to show ---------------------------------------------------------------------------
    @property
    def sections(self) -> list[tuple[str, bool, list[ColumnLine]]]:
        """(title, folded, columns): all together, or in a wide file what fills our fields first."""
        if not self.is_wide:
            return [("", False, self.lines)]
        ours = [line for line in self.lines if line.target and not line.is_own]
        own = [line for line in self.lines if line.is_own]
        left = [line for line in self.lines if not line.target]
        groups = [
            ("", False, ours),
            ("kept as fields of your own", True, own),
            ("left out", True, left),
        ]
        return [group for group in groups if group[2]]

    @property
    def field_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        own = [(f"own:{kind}", f"Own field: {words}") for kind, words in OWN_TYPES.items()]
        fields = self.kind.fields
        groups = [
            (title, [(name, fields[name].label) for name in names if name in fields])
            for title, names in self.kind.groups
        ]
        return [("A field of your own", own), *groups]

    @property
    def names_nobody(self) -> str:
        """The sentence for a mapping under which no row could be told from another."""
        named = self.mapping.fields | ({"external_id"} if self.mapping.key == "row" else set())
        return "" if self.kind.identifies(named) else self.kind.nobody

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in KINDS.values()]

    @property
    def nothings(self) -> list[NothingLine]:
        """Words of the file that may stand for nothing, the most frequent first."""
        found: dict[str, tuple[int, list[str]]] = {}
        for line in self.lines:
            for word, count in line.column.values:
                if (
                    word in line.column.placeholders
                    or word.casefold() in DOUBTFUL
                    or word in self.mapping.null
                ):
                    cells, columns = found.setdefault(word, (0, []))
                    found[word] = (cells + count, [*columns, line.column.name])
        lines = [
            NothingLine(word, cells, _listed(columns), word in self.mapping.null)
            for word, (cells, columns) in found.items()
        ]
        return sorted(lines, key=lambda line: -line.cells)

    @property
    def null_words(self) -> str:
        """Further words for nothing, which the file itself does not show."""
        offered = {line.word for line in self.nothings}
        return "\n".join(word for word in self.mapping.null if word not in offered)

    @property
    def skips(self) -> list[SkipLine]:
        """What is asked about rows that their system had deleted or merged away."""
        offered = self.proposal.mapping.skip | self.mapping.skip
        lines = []
        for number, (column, table) in enumerate(offered.items()):
            found = self.profile.column(column)
            counts = dict(found.values) if found else {}
            count = sum(counts.get(text, 0) for text in table) or len(table)
            lines.append(SkipLine(f"s{number}", column, table, count, column in self.mapping.skip))
        return lines

    @property
    def unknowns(self) -> list[tuple[str, str, str]]:
        """(field, its label, what becomes of names that nobody here has) of what the columns point at."""
        return [
            (name, self.kind.fields[name].label, self.mapping.unknown.get(name, usual))
            for name, usual in self.kind.unknown.items()
            if name in self.mapping.fields and name in self.kind.fields
        ]

    @property
    def unknown_choices(self) -> list[tuple[str, str]]:
        return list(UNKNOWN.items())

    @property
    def keys(self) -> list[tuple[str, str]]:
        return list(kind_named(self.run.kind).keys.items())

    @property
    def constants(self) -> list[tuple[int, str, str]]:
        """(number, field, value) of each line; the campaign has a choice of its own."""
        given = [
            (name, value) for name, value in self.mapping.constants.items() if name != "campaign"
        ]
        given += [("", "")] * max(1, CONSTANT_LINES - len(given))
        return [(number, name, value) for number, (name, value) in enumerate(given)]

    @property
    def constant_fields(self) -> list[tuple[str, str]]:
        """Fields that can be the same in every row."""
        personal = {*self.kind.personal, "campaign"}
        return [
            (name, known.label) for name, known in self.kind.fields.items() if name not in personal
        ]

    @property
    def has_campaign(self) -> bool:
        return "campaign" in self.kind.fields

    @property
    def campaigns(self) -> list[tuple[str, str]]:
        rows = {row.pk: row for row in self.references.campaigns.values()}
        return sorted(
            ((row.slug, str(row)) for row in rows.values()), key=lambda pair: pair[1].casefold()
        )

    @property
    def campaign(self) -> str:
        return self.mapping.constants.get("campaign", "")

    @property
    def questions(self) -> tuple[Any, ...]:
        return self.proposal.questions

    def _line(self, place: int, column: Column, guess: Guess) -> ColumnLine:
        named = self.mapping.columns.get(column.name) or ""
        known = self.kind.field_of(named) if named else None
        target, own = named.partition(":")[0], attribute_name(column.name)
        if known is not None and known.place is Place.ATTRIBUTE:
            own, target = known.column, f"own:{named.partition(':')[2] or 'text'}"
        about = self.mapping.attributes.get(own, {})
        line = ColumnLine(
            place, column, guess, target, own,
            label=about.get("label") or column.name[:120], is_filter=about.get("is_filter", True),
        )  # fmt: skip
        if known is not None:
            self._add_dates(line, known)
            self._add_decimals(line, known)
            self._add_values(line, known)
        return line

    def _add_dates(self, line: ColumnLine, known: LeadField) -> None:
        if known.type not in DATE_TYPES:
            return
        line.date_format = self.mapping.date_format(line.column.name)
        offered = [
            *line.column.dates,
            line.date_format,
            formats.ISO,
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%d.%m.%Y",
        ]
        line.dates = [(name, formats.explain(name)) for name in dict.fromkeys(offered) if name]

    def _add_decimals(self, line: ColumnLine, known: LeadField) -> None:
        """Asked only where a number of the file has a point or a comma."""
        if known.type not in NUMBERS or not any(
            set(text) & {".", ","} for text, _ in line.column.values
        ):
            return
        found = self.profile.has_commas(line.column.name, is_money=known.type is Type.MONEY)
        line.decimal_mark = self.mapping.decimal_mark(line.column.name) or ("," if found else ".")
        line.decimals = list(DECIMALS.items())

    def _add_values(self, line: ColumnLine, known: LeadField) -> None:
        if known.name not in self.kind.translated:
            return
        table = self._usual(line.column, known) | self.mapping.values.get(known.name, {})
        line.choices = self._choices(known)
        line.values = [
            ValueLine(
                f"v{line.place}-{number}",
                text,
                count,
                table.get(text, "" if line.choices else text),
            )
            for number, (text, count) in enumerate(line.column.values[:MOST_VALUES])
            if text not in self.mapping.null
        ]

    def _usual(self, column: Column, known: LeadField) -> dict[str, str]:
        """What texts usually mean, to begin with where nobody has said."""
        if known.name == "stage" and self.references.stages:
            choices = self.references.choices
            return {text: stage_named(text, choices) for text, _ in column.values}
        return (chosen(column, self.kind, known.name) or {}) if known.choices else {}

    def _choices(self, known: LeadField) -> list[tuple[str, str]]:
        if known.name == "stage" and self.references.stages:
            stages = [(stage.slug, stage.name) for stage in self.references.stages]
            return [*stages, (LOST, "Lost, in the stage that it has reached")]
        if known.type is Type.CONSENT:
            return [("granted", "Granted"), ("denied", "Denied"), ("unknown", "Unknown")]
        return list(known.choices)

    # --- to read ---------------------------------------------------------------------------
    def written(self, data: QueryDict) -> dict[str, Any]:
        """The mapping that was posted, in its written form. What was not on the page stays."""
        columns = dict(self.mapping.columns)
        dates = dict(self.mapping.dates) if isinstance(self.mapping.dates, dict) else {}
        decimals = dict(self.mapping.decimals) if isinstance(self.mapping.decimals, dict) else {}
        values: dict[str, dict[str, str]] = dict(self.mapping.values)
        for line in self.lines:
            target = data.get(f"c{line.place}")
            if target is None:
                continue
            name = columns[line.column.name] = self._target(line, target, data)
            dates.pop(line.column.name, None)
            if chosen := data.get(f"d{line.place}", ""):
                dates[line.column.name] = chosen
            if chosen := data.get(f"m{line.place}", ""):
                decimals[line.column.name] = chosen
            if name and line.values and line.target == target:
                values[name] = self._values(line, self.mapping.values.get(name, {}), data)
        fields = {(name or "").partition(":")[0] for name in columns.values()}
        words = [word.strip() for word in data.get("null", "").splitlines()]
        return {
            "columns": columns,
            "values": {name: table for name, table in values.items() if name in fields},
            "constants": dict(self._constants(data)),
            "null": list(
                dict.fromkeys(word for word in (*data.getlist("nothing"), *words) if word)
            ),
            "key": data.get("key", ""),
            "dates": self._known_dates(columns, dates),
            "decimals": {name: mark for name, mark in decimals.items() if columns.get(name)},
            "unknown": self._unknown(fields, data),
            "attributes": self._about(columns, data),
            "skip": {line.column: line.table for line in self.skips if data.get(line.name)},
        }

    def _unknown(self, fields: set[str], data: QueryDict) -> dict[str, str]:
        """What differs from what is usual for the kind."""
        given = {
            name: data.get(f"u-{name}", self.mapping.unknown.get(name, usual))
            for name, usual in self.kind.unknown.items()
            if name in fields
        }
        return {name: act for name, act in given.items() if act and act != self.kind.unknown[name]}

    def _about(self, columns: dict[str, str | None], data: QueryDict) -> dict[str, dict[str, Any]]:
        """Label of each field of one's own, and whether it is a filter."""
        about = dict(self.mapping.attributes)
        for line in self.lines:
            target = columns.get(line.column.name) or ""
            if target.startswith(ATTRIBUTES) and f"l{line.place}" in data:
                name = target.removeprefix(ATTRIBUTES).partition(":")[0]
                label = data.get(f"l{line.place}", "").strip()[:120] or line.column.name[:120]
                about[name] = {"label": label, "is_filter": bool(data.get(f"f{line.place}"))}
        return about

    def _target(self, line: ColumnLine, target: str, data: QueryDict) -> str | None:
        if not target:
            return None
        if not target.startswith("own:"):
            return target
        name = data.get(f"n{line.place}", "").strip() or line.own_name
        if not ATTRIBUTE_NAME.fullmatch(name):
            name = attribute_name(name)
        kind = target.removeprefix("own:")
        return f"{ATTRIBUTES}{name}:{kind if kind in OWN_TYPES else 'text'}"

    @staticmethod
    def _values(line: ColumnLine, table: dict[str, str], data: QueryDict) -> dict[str, str]:
        """What was said of the texts that the page shows; the others keep what they mean."""
        given = {value.text: data.get(value.name, value.value).strip() for value in line.values}
        kept = {text: value for text, value in table.items() if text not in given}
        if not line.choices:
            given = {text: value for text, value in given.items() if value != text}
        return kept | given

    def _constants(self, data: QueryDict) -> Iterator[tuple[str, str]]:
        for number in range(CONSTANT_LINES + len(self.mapping.constants)):
            name, value = data.get(f"k{number}", ""), data.get(f"w{number}", "").strip()
            if name and value:
                yield name, value
        if campaign := data.get("campaign", ""):
            yield "campaign", campaign

    def _known_dates(self, columns: dict[str, str | None], dates: dict[str, str]) -> dict[str, str]:
        """Formats of columns that are dates now; a column that stopped being one needs none."""
        kept: dict[str, str] = {}
        for name, known in dates.items():
            target = self.kind.field_of(columns.get(name) or "")
            if target is not None and target.type in DATE_TYPES:
                kept[name] = known
        return kept


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 4} more columns" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
