"""Whether a lead has what the agreed stage asks for: by its data where the words name data, otherwise
by the word of a person. Plain: no Django.

The definition is written for people ("E-mail or telephone number"). A line that names only fields of
a lead is checked by the portal; any other is something that whoever offers the lead vouches for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: Words of a definition → field of the lead. A name stands for the field's own label too.
WORDS = {
    "name": "full_name", "full name": "full_name", "first name": "first_name", "last name": "last_name",
    "surname": "last_name", "e-mail": "email", "email": "email", "e-mail address": "email",
    "email address": "email", "mail address": "email", "phone": "phone", "phone number": "phone",
    "telephone": "phone", "telephone number": "phone", "job title": "title", "title": "title",
    "role": "title", "seniority": "seniority", "company": "company", "company name": "company",
    "employer": "company", "domain": "company.domain", "website": "company.domain",
    "industry": "company.industry", "employees": "company.employees", "company size": "company.employees",
    "number of employees": "company.employees", "country": "country", "city": "city", "town": "city",
    "language": "language", "source": "source", "lead source": "source", "campaign": "campaign",
    "persona": "persona", "fits a persona": "persona", "fits an agreed persona": "persona",
    "consent": "consent", "landing page": "landing_page", "how they heard about us": "heard_about_us",
}  # fmt: skip
#: Sentences of the usual definition that mean data, though they do not name it.
MEANT = {
    "we know how to reach them": ("email", "phone"),
    "we know where they came from": ("source",),
}
#: What is asked where no definition is in force: somebody must be able to call or write.
LEAST = ("Name", "E-mail or telephone number")


@dataclass(frozen=True)
class Check:
    """One line of the definition. ``fields`` are those that would fulfil it; empty: a person says so."""

    line: str
    fields: tuple[str, ...] = ()
    is_met: bool = False

    @property
    def by_data(self) -> bool:
        return bool(self.fields)

    def as_json(self) -> dict[str, object]:
        return {"line": self.line, "fields": list(self.fields), "met": self.is_met}


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s.-]", " ", plain)).strip(" .")


def fields_named(line: str, labels: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
    """The fields that a line names, and whether all are needed. Nothing where it says anything else.

    ``labels`` are folded words of the deployment's own fields.
    """
    text = folded(line)
    if text in MEANT:
        return MEANT[text], False
    needs_all = bool(re.search(r"\band\b", text))
    raw = re.split(r",|/|;|\band\b|\bor\b", unicodedata.normalize("NFKC", line).casefold())
    parts = [folded(part) for part in raw if part.strip()]
    found = [labels.get(part) or WORDS.get(part) or "" for part in parts]
    if not found or "" in found:
        return (), False
    return tuple(found), needs_all


def judge(
    lines: Iterable[str], facts: Mapping[str, object], labels: Mapping[str, str] | None = None
) -> list[Check]:
    """Every line of the definition against what is known of the lead, in order, each once."""
    checks = []
    for line in dict.fromkeys(text.strip() for text in lines if text.strip()):
        fields, needs_all = fields_named(line, labels or {})
        known = [facts.get(name) not in (None, "", "unknown", False) for name in fields]
        checks.append(Check(line, fields, all(known) if needs_all else any(known)))
    return checks


def missing(checks: Sequence[Check]) -> list[Check]:
    """What the data lacks."""
    return [check for check in checks if check.by_data and not check.is_met]


def vouched(checks: Sequence[Check]) -> list[Check]:
    """What only a person can say."""
    return [check for check in checks if not check.by_data]
