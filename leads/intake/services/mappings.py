"""How the columns are read: proposed, written, settled, remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from leads.fields import ATTRIBUTES
from leads.intake.kinds import kind_named
from leads.intake.known import known_sources
from leads.intake.mapping import PARTS, Mapping, columns_key, parse_mapping
from leads.intake.models import Import
from leads.intake.models import Mapping as SavedMapping
from leads.intake.profiling import Profile
from leads.intake.proposing import Proposal, propose, with_dates
from leads.intake.reading import REFUSED_COLUMNS
from leads.intake.references import References
from leads.intake.rows import Known, Plan
from leads.models import AttributeDefinition
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Earlier files asked for the types of attributes.
LOOKED_BACK = 50
#: Sources whose spelling a file takes over.
MOST_SOURCES = 5_000


def _mapped_columns(run: Import) -> list[str]:
    """The columns that a mapping is about: not those that we added to refused rows."""
    return [name for name in run.dialect["columns"] if name not in REFUSED_COLUMNS]


def propose_mapping(
    *, run: Import, by: User | None, references: References | None = None
) -> Proposal:
    """What the columns probably are, for this person's choices of stages, owners and campaigns."""
    columns = run.dialect["columns"]
    saved = (
        SavedMapping.objects.filter(kind=run.kind, columns_key=columns_key(_mapped_columns(run)))
        .order_by("-updated_at")
        .first()
    )
    earlier = None
    if saved is not None:
        earlier = parse_mapping(saved.mapping, columns=columns, kind=kind_named(run.kind))
    choices = (references or References.for_kind(by, run.kind)).choices
    proposal = propose(
        Profile.from_json(run.profile),
        choices=choices,
        earlier=earlier,
        kind=kind_named(run.kind),
    )
    return _without_merged(proposal, run.profile.get("sample", {}).get("merged", {}))


def _without_merged(proposal: Proposal, merged: dict[str, str]) -> Proposal:
    """Records that another row of the file has taken in are not people of their own."""
    column = next(
        (name for name, field in proposal.mapping.columns.items() if field == "external_id"), ""
    )
    if not merged or not column:
        return proposal
    table = {old: f"merged into {keeper} where it comes from" for old, keeper in merged.items()}
    skip = proposal.mapping.skip | {column: table}
    return replace(proposal, mapping=replace(proposal.mapping, skip=skip))


def read_mapping(*, run: Import, written: Any) -> Mapping:
    """A written mapping, checked against the columns of this file. Raises ``MappingError``."""
    return parse_mapping(written, columns=run.dialect["columns"], kind=kind_named(run.kind))


def as_parts(written: dict[str, Any]) -> dict[str, Any]:
    """A written mapping as the parts of a ``Mapping``, unchecked: to show again what was entered."""
    empty = Mapping()
    return {name: written.get(name) or getattr(empty, name) for name in PARTS} | {
        "null": tuple(written.get("null") or ())
    }


def settle_mapping(*, run: Import, mapping: Mapping) -> Mapping:
    """The mapping with every date format known. Refuses what only a person can decide."""
    settled, questions = with_dates(Profile.from_json(run.profile), mapping, kind_named(run.kind))
    if questions:
        raise RuleViolation(
            " ".join(question.sentence for question in questions), code="ambiguous_dates"
        )
    return settled


@transaction.atomic
def save_mapping(*, run: Import, mapping: Mapping, by: User | None) -> Import:
    """Keep how this file is to be read, once it is known to work for this person."""
    if run.was_started:
        raise RuleViolation(
            "This import has already been started, so its mapping can no longer change."
        )
    run.mapping = settle_mapping(run=run, mapping=mapping).as_json()
    plan_of(run, by)
    run.save(update_fields=["mapping"])
    return run


def plan_of(
    run: Import,
    by: User | None,
    mapping: Mapping | None = None,
    references: References | None = None,
) -> Plan:
    """The compiled mapping. Raises ``RuleViolation`` where a constant means nothing."""
    mapping = mapping or read_mapping(run=run, written=run.mapping)
    sources = known_sources(MOST_SOURCES) if "source" in mapping.fields else ()
    try:
        return Plan(
            profile=Profile.from_json(run.profile),
            mapping=mapping,
            references=references or References.for_kind(by, run.kind),
            known=Known(
                zone=timezone.get_default_timezone(),
                types=_attribute_types(run.kind),
                sources=sources,
                filename=run.filename,
            ),
            kind=kind_named(run.kind),
        )
    except ValueError as error:
        raise RuleViolation(str(error)) from None


def _attribute_types(kind: str) -> dict[str, str]:
    """Types that people have defined for leads; for other records, those given to earlier files."""
    if kind == "leads":
        return dict(AttributeDefinition.objects.values_list("name", "type"))
    types: dict[str, str] = {}
    earlier = Import.objects.filter(kind=kind, started_at__isnull=False).order_by("-pk")
    for mapping in earlier.values_list("mapping", flat=True)[:LOOKED_BACK]:
        for field in (mapping.get("columns") or {}).values():
            name, _, given = (field or "").partition(":")
            if given and name.startswith(ATTRIBUTES):
                types.setdefault(name.removeprefix(ATTRIBUTES), given)
    return types


def first_mapping(
    *, run: Import, by: User | None, written: Any, constants: dict[str, str]
) -> Mapping:
    """The given mapping or the proposed one, with values for the whole file added to it."""
    if written is None:
        mapping = propose_mapping(run=run, by=by).mapping
    else:
        mapping = read_mapping(run=run, written=written)
    if not constants:
        return mapping
    constants = dict(constants)
    said = {name: constants.pop(name) for name in ("dates", "decimals") if constants.get(name)}
    both = mapping.as_json() | {"constants": mapping.constants | constants} | said
    for name in constants:
        both["columns"] = {
            c: f for c, f in both["columns"].items() if (f or "").partition(":")[0] != name
        }
    return read_mapping(run=run, written=both)


def remember_mapping(run: Import) -> None:
    """The next file with these columns is read in the same way."""
    key = columns_key(_mapped_columns(run))
    written = {
        name: part for name, part in run.mapping.items() if name not in ("constants", "skip")
    }
    SavedMapping.objects.update_or_create(
        kind=run.kind,
        columns_key=key,
        defaults={"mapping": written, "name": f"{run.filename[:80]} {key[:8]}"},
    )
