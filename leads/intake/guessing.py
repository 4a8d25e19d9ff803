"""What one column probably is, with how sure that is and why. Plain Python.

Asked in this order: the names other systems use, what the values look like, names that are nearly
those, and else a field of its own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping as Map
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from leads.fields import ATTRIBUTES, Type, attribute_name
from leads.intake import dates as formats
from leads.intake.aliases import ENDED_YES, KIND_ALIASES, OPT_OUT_NAMES, bare
from leads.intake.kinds import KINDS, Kind
from leads.intake.mapping import DATE_TYPES
from leads.intake.profiling import Column
from leads.intake.reading import REFUSED_COLUMNS
from leads.intake.recognising import Recognised
from leads.intake.words import TABLES
from leads.normalising import folded
from leads.reading import infer_type


class Confidence(StrEnum):
    SURE = "sure"
    LIKELY = "likely"
    CHECK = "check"
    OWN = "own"
    NONE = "none"


WORDS = {
    Confidence.SURE: "Sure",
    Confidence.LIKELY: "Likely",
    Confidence.CHECK: "Please check",
    Confidence.OWN: "Kept as a field of its own",
    Confidence.NONE: "Left out",
}
RANK = {Confidence.SURE: 3, Confidence.LIKELY: 2, Confidence.CHECK: 1}


@dataclass(frozen=True)
class Guess:
    """What one column is taken for. ``values`` says what its texts mean, where that is needed."""

    column: str
    field: str | None
    confidence: Confidence
    reason: str
    values: Map[str, str] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> str:
        return WORDS[self.confidence]


@dataclass(frozen=True)
class Choices:
    """What references can point at: folded name → the value to store. People are found by name too."""

    stages: Map[str, str] = dataclasses.field(default_factory=dict)
    first_stage: str = ""
    people: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    personas: frozenset[str] = frozenset()


#: What companies call the stages, by standard term.
STAGE_WORDS = {
    "lead": "lead new newlead open opennotcontacted notcontacted subscriber raw inquiry enquiry prospect uncontacted "
    "attemptedtocontact contacted working workingcontacted inprogress nurture nurturing",
    "mql": "mql marketingqualifiedlead marketingqualified",
    "sal": "sal salesacceptedlead salesaccepted accepted acceptedlead",
    "sql": "sql salesqualifiedlead salesqualified qualified prequalified qualification connected",
    "opportunity": "opportunity opp proposal negotiation demo evaluation meetingscheduled discovery contractsent opendeal proposalsent "
    "quotesent quoted demoscheduled demobooked democompleted negotiationreview",
    "customer": "customer won closedwon client evangelist converted sold paying",
    "lost": "lost closedlost lostlead junk junklead unqualified disqualified notqualified closednotconverted dead badtiming "
    "notinterested rejected",
}
_STAGE_OF = {word: kind for kind, words in STAGE_WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class Ground:
    """On what a guess stands: the kind of records, what references can point at, and the system, if known."""

    kind: Kind = KINDS["leads"]
    choices: Choices = dataclasses.field(default_factory=Choices)
    recognised: Recognised | None = None

    @property
    def system(self) -> str:
        return self.recognised.export.system if self.recognised and self.recognised.export else ""

    def knows(self, name: str) -> bool:
        """Whether the system is known to have this column, so that nothing else is made of its name."""
        return bool(self.system and self.recognised and name in self.recognised.export.known)  # type: ignore[union-attr]

    def field_named(self, name: str) -> tuple[str, str]:
        """The field that a bare heading usually means, and why; two empty texts when none."""
        if self.recognised is not None and self.recognised.export is not None:
            system, found = self.recognised.export.system, self.recognised.table.get(name)
            if found in self.kind.fields:
                return found or "", f"{system} calls this field so."
        if self.knows(name):
            return "", ""
        found = KIND_ALIASES[self.kind.name].get(name)
        return (found, "Usual name of this field.") if found in self.kind.fields else ("", "")


def guess_column(column: Column, ground: Ground) -> Guess:
    if not column.filled:
        return Guess(column.name, None, Confidence.NONE, "The column is empty.")
    if column.name in REFUSED_COLUMNS:
        return Guess(
            column.name, None, Confidence.NONE, "Our own remark on a row that was refused."
        )
    name = bare(column.name)
    if guess := _special(column, name, ground) or _named(column, name, ground):
        return guess
    if ground.knows(name):
        return own(
            column, f"A field of {ground.system}; holds {_TYPE_WORDS[attribute_type(column)]}."
        )
    if ground.kind.name == "leads" and (guess := _by_content(column, set(column.looks))):
        return guess
    return _nearly(column, name, ground) or own(column)


def _special(column: Column, name: str, ground: Ground) -> Guess | None:
    """Columns whose yes and no say something of a lead, and a system's own bookkeeping."""
    if ground.recognised is not None and name in ground.recognised.workings:
        return Guess(column.name, None, Confidence.NONE, f"Bookkeeping of {ground.system} itself.")
    if ground.kind.name != "leads" or "yes_no" not in column.looks:
        return None
    if name in OPT_OUT_NAMES:
        return _opt_out(column)
    if name in ENDED_YES:
        return _ended(column, ENDED_YES[name], ground.choices)
    return None


def _named(column: Column, name: str, ground: Ground) -> Guess | None:
    known, reason = ground.field_named(name)
    return _fitting(column, known, Confidence.SURE, reason, ground) if known else None


def _fitting(
    column: Column, target: str, confidence: Confidence, reason: str, ground: Ground
) -> Guess | None:
    """The guess, unless what the column holds speaks against it."""
    if target == "email" and "email" not in column.looks and _some_emails(column):
        return Guess(
            column.name, target, Confidence.CHECK, "Only some of its values are e-mail addresses."
        )
    if not _can_be(column, target, ground.kind):
        return None
    if target in _REFERENCES:
        return _reference(column, target, ground)
    values: dict[str, str] | None = {}
    if target == "consent":
        values = _consent(column)
    elif target == "source":
        values = dict(column.spellings)
    elif ground.kind.fields[target].choices:
        values = chosen(column, ground.kind, target)
        confidence = Confidence.CHECK
    return None if values is None else Guess(column.name, target, confidence, reason, values)


_REFERENCES = ("stage", "owner", "campaign", "persona", "team", "product", "competitor")


def chosen(column: Column, kind: Kind, target: str) -> dict[str, str] | None:
    """What each text of a column with few values stands for; None when hardly one is understood."""
    choices, usual = kind.fields[target].choices, TABLES.get((kind.name, target), {})
    named = {bare(name): key for key, label in choices for name in (key, label)}
    table = {text: named.get(bare(text)) or usual.get(bare(text), "") for text, _ in column.values}
    told = sum(number for text, number in column.values if table[text])
    return table if told * 2 >= sum(number for _, number in column.values) else None


_FEW = 20
NUMBERS = (Type.NUMBER, Type.MONEY)


def _can_be(column: Column, target: str, kind: Kind) -> bool:
    """Whether the values of the column can be those of the field."""
    looks = set(column.looks)
    known = kind.fields[target]
    if known.type in DATE_TYPES:
        return bool(date_formats_of(column))
    if known.type in NUMBERS:
        return ("money" if known.type is Type.MONEY else "number") in looks
    needs = {
        "external_id": column.is_nearly_unique,
        "email": "email" in looks,
        "lead.email": "email" in looks,
        # A handful of texts that stand again and again are no names of people.
        "full_name": column.distinct > _FEW or column.distinct * 4 >= column.filled,
    }
    is_text = target in {"company.name", "full_name"} or (
        kind.name == "leads" and target == "title"
    )
    return needs.get(target, True) and not (is_text and looks & {"number", "email", "yes_no"})


def _some_emails(column: Column) -> bool:
    return any("@" in text for text, _ in column.values)


def date_formats_of(column: Column) -> tuple[str, ...]:
    if column.dates or column.mostly_dates:
        return tuple(column.dates or column.mostly_dates)
    return formats.date_formats([text for text, _ in column.values], numbers=True).formats


_YES = frozenset({"yes", "y", "true", "1", "ja", "oui"})
_NO = frozenset({"no", "n", "false", "0", "nein", "non"})


def _consent(column: Column) -> dict[str, str] | None:
    """What the texts of a consent column mean; None when they are about something else."""
    granted = {*_YES, "granted", "subscribed", "opted in", "opt in", "opted-in"}
    denied = {*_NO, "denied", "unsubscribed", "opted out", "opt out", "opted-out", "withdrawn"}
    table: dict[str, str] = {}
    for text, _ in column.values:
        word = folded(text)
        table[text] = "granted" if word in granted else "denied" if word in denied else "unknown"
    sure = sum(1 for value in table.values() if value != "unknown")
    return table if sure else None


def _opt_out(column: Column) -> Guess:
    table = {text: "denied" if folded(text) in _YES else "unknown" for text, _ in column.values}
    return Guess(column.name, "consent", Confidence.LIKELY, "Yes means: do not contact.", table)


def _ended(column: Column, kind: str, choices: Choices) -> Guess:
    """A yes/no column that says who became a customer gives the stage."""
    stage = choices.stages.get(kind, "")
    if not stage:
        return own(column)
    table = {
        text: stage if folded(text) in _YES else choices.first_stage for text, _ in column.values
    }
    return Guess(
        column.name, "stage", Confidence.CHECK, f"Yes is read as the stage “{stage}”.", table
    )


def _reference(column: Column, target: str, ground: Ground) -> Guess | None:
    """Taken where the values are ones the portal knows, or where unknown ones are kept; others would
    reject every row.
    """
    choices, kind = ground.choices, ground.kind
    if kind.name != "leads" and kind.unknown.get(target) == "keep":
        return Guess(
            column.name, target, Confidence.LIKELY, "Unknown names are kept as they stand."
        )
    if kind.name != "leads" and target == "stage":
        return Guess(column.name, target, Confidence.CHECK, "Its texts are names of stages.")
    texts = [text for text, _ in column.values if text not in column.placeholders]
    if target == "stage":
        table = {text: stage for text in texts if (stage := stage_named(text, choices))}
        rows = dict(column.values)
        told = sum(rows[text] for text in table)
        if told * 2 < sum(rows[text] for text in texts) or not table:
            return None
        table |= {text: "" for text in texts if text not in table}
        return Guess(
            column.name, "stage", Confidence.CHECK, "Its texts are names of stages.", table
        )
    pools = {
        "owner": choices.people,
        "campaign": choices.campaigns,
        "persona": choices.personas,
    }
    pool = pools.get(target, frozenset())
    known = [text for text in texts if folded(text) in pool]
    if len(known) == len(texts) and column.is_complete:
        return Guess(column.name, target, Confidence.SURE, "All its texts are known here.")
    if known and kind.unknown.get(target) == "keep":
        reason = f"{len(known)} of its texts are known here; other names are kept as they stand."
        return Guess(column.name, target, Confidence.CHECK, reason)
    return None


def stage_named(text: str, choices: Choices) -> str:
    """The stage that a text means: its own name or key, or a usual word for its standard term."""
    word = folded(text)
    if word in choices.stages:
        return choices.stages[word]
    return choices.stages.get(_STAGE_OF.get(bare(text), ""), "")


def _by_content(column: Column, looks: set[str]) -> Guess | None:
    name = bare(column.name)
    if "email" in looks:
        return Guess(column.name, "email", Confidence.LIKELY, "Its values are e-mail addresses.")
    if (
        "phone" in looks
        and not column.dates
        and not looks & {"number", "uuid"}
        and re.search(r"phone|tel|mobil|cell|fax|call", name)
    ):
        return Guess(column.name, "phone", Confidence.LIKELY, "Its values are phone numbers.")
    if re.match(r"(?:how|where)(?:did|do|have)?you(?:first)?(?:hear|heard|find|found|learn)", name):
        return Guess(
            column.name, "heard_about_us", Confidence.LIKELY, "It asks how they heard about you."
        )
    if (
        date_formats_of(column)
        and re.search(r"creat|added|signup|signedup|registered|firstcontact|inquiry", name)
        and "company" not in name
    ):
        return Guess(
            column.name,
            "created_at",
            Confidence.LIKELY,
            "A date whose name says when the lead was made.",
        )
    if date_formats_of(column) and re.search(r"won|converted|conversion|becamecustomer", name):
        return Guess(
            column.name,
            "converted_at",
            Confidence.LIKELY,
            "A date whose name says when they became a customer.",
        )
    return None


#: Names long enough that a typing error cannot make one into another.
_FUZZY = {kind: [name for name in table if len(name) >= 6] for kind, table in KIND_ALIASES.items()}


def _nearly(column: Column, name: str, ground: Ground) -> Guess | None:
    if len(name) < 5:
        return None
    table = KIND_ALIASES[ground.kind.name]
    found = process.extractOne(name, _FUZZY[ground.kind.name], scorer=fuzz.ratio, score_cutoff=88)
    if not found or table[found[0]] not in ground.kind.fields:
        return None
    reason = "Its name is nearly that of this field."
    return _fitting(column, table[found[0]], Confidence.CHECK, reason, ground)


_TYPE_WORDS = {
    Type.TEXT: "text",
    Type.NUMBER: "numbers",
    Type.BOOLEAN: "yes or no",
    Type.DATE: "dates",
}


def own(column: Column, reason: str = "") -> Guess:
    kind = attribute_type(column)
    words = _TYPE_WORDS[kind]
    target = f"{ATTRIBUTES}{attribute_name(column.name)}:{kind.value}"
    return Guess(
        column.name, target, Confidence.OWN, reason or f"No standard field; holds {words}."
    )


def attribute_type(column: Column) -> Type:
    """The type of a column that becomes a field of its own."""
    texts = [text for text, _ in column.values if text not in column.placeholders]
    if column.has_leading_zeros:
        return Type.TEXT
    if not column.is_complete and column.is_unique:
        return Type.TEXT if "number" not in column.looks else infer_type(texts)
    if column.dates and len(column.dates) == 1 and column.dates != ["%Y%m%d"]:
        return Type.DATE
    kind = infer_type(texts)
    # Only the most frequent values were looked at here; the whole column must agree.
    if kind is Type.NUMBER and "number" not in column.looks:
        return Type.TEXT
    if kind is Type.DATE and not column.dates:
        return Type.TEXT
    return (
        Type.NUMBER
        if kind is Type.TEXT and column.has_decimal_commas and "number" in column.looks
        else kind
    )
