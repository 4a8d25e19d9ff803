from __future__ import annotations

import itertools

from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from personas.models import Persona
from portal.accounts.models import User
from portal.accounts.roles import Department, Role
from portal.documents import services
from portal.documents.models import Revision
from portal.documents.schema import Kind
from tests.factories.people import make_user

_numbers = itertools.count(1)

SAMPLE = {
    Kind.TEXT: "A short text",
    Kind.PROSE: "A longer text.",
    Kind.LINES: ["One", "Two"],
    Kind.DATE: "2026-05-04",
    Kind.NUMBER: "10",
    Kind.MONEY: "100",
    Kind.YES_NO: False,
    Kind.REFERENCE: None,
    Kind.REFERENCES: [],
}


def filled(field):
    """A value that satisfies the field."""
    if field.kind == Kind.CHOICE:
        return field.choices[0][0]
    if field.kind == Kind.CHOICES:
        return [field.choices[0][0]]
    if field.kind == Kind.ITEMS:
        return [{part.key: filled(part) for part in field.items}]
    if field.key == "language":
        return "en"
    return SAMPLE[field.kind]


def complete_content(model, **given):
    """Every required field filled; references must be given by the case."""
    content = {f.key: filled(f) for f in model.schema if f.is_required}
    return content | given


def make_document(model, title=None, *, by=None, content=None, agreed=False, **given):
    by = by or User.objects.with_role(Role.MARKETER).first() or make_user(Role.MARKETER)
    subject = services.create_document(
        model=model,
        title=title or f"{model.noun().replace('-', ' ').capitalize()} {next(_numbers)}",
        by=by,
        content=content if content is not None else complete_content(model, **given),
    )
    return agree(subject) if agreed else subject


def manager_of(department):
    found = User.objects.managers_of(department).first()
    return found or make_user(Role.MANAGER, Department(department))


def agree(subject, revision=None):
    """Propose the newest draft and sign it for every department."""
    signers = [manager_of(department) for department in subject.signers()]
    revision = revision or subject.document.revisions.filter(state=Revision.State.DRAFT).first()
    services.propose(subject=subject, revision=revision, by=subject.document.owner)
    for signer in signers:
        services.sign(subject=subject, revision=revision, by=signer)
    return type(subject).objects.get(pk=subject.pk)


def make_persona(title=None, **options):
    return make_document(Persona, title, **options)


def make_campaign(title=None, *, personas=None, **options):
    if "content" not in options:
        personas = personas or [make_persona()]
        options["personas"] = [persona.pk for persona in personas]
        options.setdefault("starts_on", "2026-05-04")
        options.setdefault("ends_on", "2026-06-30")
        options.setdefault("market_size", "5000")
        owner = options.get("by") or make_user(Role.MARKETER)
        options["by"] = owner
        options.setdefault("kpis", [make_kpi(owner)])
        options.setdefault("people", make_parts(owner))
    return make_document(Campaign, title, **options)


def make_parts(owner):
    """Somebody accountable, and somebody on each side."""
    return [
        {"task": "All", "side": "marketing", "part": "accountable", "person": owner.pk},
        {"task": "Calls", "side": "sales", "part": "responsible", "person": owner.pk},
    ]


def make_kpi(owner, **given):
    """A KPI that passes the check for being specific, measurable, accountable, relevant, dated."""
    kpi = {"name": "Qualified leads", "target": "40", "unit": "leads"}
    kpi |= {"by": "2026-06-30", "link": "MQL"}
    return kpi | {"owner": owner.pk} | given


def make_talking_point(title=None, **options):
    return make_document(TalkingPoint, title, **options)
