"""Which system gave a file out, and what kind of records it holds, told from its headings. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leads.intake.aliases import KIND_ALIASES, bare
from leads.intake.crms import EXPORTS, Export

#: So many headings that hardly another export has; fewer may be chance.
LEAST_MARKS = 2
#: With so many, a file full of fields of a company's own is still told.
MANY_MARKS = 5
_LEAST_SHARE = 0.3


@dataclass(frozen=True)
class Recognised:
    """What the headings say. Without an export no system is known; ``kind`` is what the rows probably are."""

    kind: str
    is_sure: bool
    reason: str
    export: Export | None = None
    known: int = 0
    columns: int = 0
    workings: frozenset[str] = field(default_factory=frozenset)

    @property
    def table(self) -> dict[str, str]:
        """Bare heading → field, as this system calls it."""
        return self.export.table if self.export else {}

    @property
    def sentence(self) -> str:
        """``This looks like a HubSpot contact export: 41 of 52 columns known.``"""
        if self.export is None:
            return self.reason
        article = "an" if self.export.system[0] in "AEIOU" else "a"
        return (
            f"This looks like {article} {self.export.system} {self.export.what}: "
            f"{self.known} of {self.columns} columns known."
        )


def recognise(columns: Sequence[str]) -> Recognised:
    """The best export of a usual CRM, or else the kind that the headings speak for."""
    headings = [name for name in columns if name.strip()]
    found = [(_score(export, headings), export) for export in EXPORTS]
    (marks, known), export = max(found, key=lambda item: item[0])
    is_many = marks >= MANY_MARKS
    if marks < LEAST_MARKS or not (is_many or known >= _LEAST_SHARE * len(headings)):
        return _by_headings(headings)
    rest = [score for score, other in found if other is not export]
    is_sure = (is_many or known * 2 >= len(headings)) and (marks, known) > max(rest)
    return Recognised(
        export.kind,
        is_sure,
        f"{marks} of its headings are those of this export.",
        export,
        known,
        len(headings),
        export.working_names,
    )


def _score(export: Export, headings: Sequence[str]) -> tuple[int, int]:
    """(headings that only this export has, headings that it is known to have)"""
    marks = len({bare(name) for name in headings if export.within in name} & export.mark_names)
    if export.prefix:
        prefixed = sum(1 for name in headings if name.startswith(export.prefix))
        marks += prefixed * 2 >= len(headings)
        marks += min(prefixed, 2) if marks or prefixed > 2 else 0
    return marks, sum(1 for name in headings if bare(name) in export.known)


#: Bare headings that speak for a kind, and how strongly. Where none has two points, rows are leads.
_SPEAK = {
    "opportunities": re.compile(
        r"(?P<two>opportunity(?:id|name)?|deal(?:id|name|stage|value)|closevalue|closeoutcome|estimatedacv|dealowner"
        r"|expectedclosedate|expectedcloseon|winprobability)|(?P<one>amount|closedate|closedat|probability|dealtype"
        r"|salesstage|pipeline|value|engagedate|product)"
    ),
    "touchpoints": re.compile(
        r"(?P<two>touch(?:id|type|timestamp|channel)|activity(?:id|type|timestamp|date)|engagement(?:id|type)"
        r"|event(?:id|type|timestamp|name)|session(?:id|type|timestamp)|occurredat|touchpoint(?:id|type)?)"
        r"|(?P<one>timestamp|pageurl|calltype|subject|direction|visitor|duration)"
    ),
    "companies": re.compile(
        r"(?P<two>accounts?|account(?:id|name)|companyname|organi[sz]ationname|companyid|billingcity|subsidiaryof"
        r"|parentaccount|yearestablished)|(?P<one>name|industry|sector|employees|numberofemployees|annualrevenue|revenue|website"
        r"|domain|employeeband|headquarters|officelocation)"
    ),
}  # fmt: skip
_PERSON = re.compile(
    r"(?:first|last|full|sur|given)name|surname|e?mail(?:address)?|prospectid|mqlid|contactid|jobtitle|contactname"
)
_LEAD = re.compile(r"lead(?:id|number|source|status|stage|createdat)|lifecyclestage")


#: Yes/no columns in which a system marks what was deleted there, and lists of ids merged into a record.
DELETED = frozenset(
    {"isdeleted", "deleted", "fivetrandeleted", "isremoved", "sdcdeletedat", "istrashed"}
)
MERGED = frozenset(
    {
        "hsmergedobjectids",
        "mergedrecordids",
        "mergedobjectids",
        "hscalculatedmergedvids",
        "mergedcontactids",
    }
)


def _by_headings(headings: Sequence[str]) -> Recognised:
    names = [bare(name) for name in headings]
    points = {kind: _points(kind, names) for kind in _SPEAK}
    people = sum(1 for name in names if _PERSON.fullmatch(name))
    leads = sum(1 for name in names if _LEAD.fullmatch(name))
    points["companies"] -= 2 * people + 2 * leads + points["opportunities"]
    points["opportunities"] -= 2 * (people > 1)
    points["touchpoints"] -= 2 * (people > 1)
    kind, most = max(points.items(), key=lambda item: item[1])
    known = {kind: len({*names} & KIND_ALIASES[kind].keys()) for kind in KIND_ALIASES}
    if most < 4 or most <= 2 * leads:
        words = (
            "Its headings are about people." if people or leads else "Its headings name no kind."
        )
        return Recognised("leads", bool(people), words, known=known["leads"], columns=len(headings))
    words = f"Its headings are those of {kind}."
    return Recognised(kind, most >= 6, words, known=known[kind], columns=len(headings))


def _points(kind: str, names: Sequence[str]) -> int:
    found = [_SPEAK[kind].fullmatch(name) for name in names]
    return sum(2 if match["two"] else 1 for match in found if match)
