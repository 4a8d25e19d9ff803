"""Where personal data lives, table by table, and what an erasure and an export do there. Plain data.

A table that is not named here is searched for the person's words and cleaned of them, so a new table
is safe by default; one that points at a lead must be named, and a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    #: The person's rows are deleted.
    DELETE = "delete"
    #: The row says something else too: it stays, without its link and without the named fields.
    DETACH = "detach"
    #: Nothing in it can be about a lead.
    KEEP = "keep"


@dataclass(frozen=True)
class Place:
    """``lead`` is the path to the person's lead; ``fields`` are emptied; ``why`` says why it is so."""

    model: str
    act: Act
    lead: str = ""
    fields: tuple[str, ...] = ()
    why: str = ""
    is_exported: bool = True
    #: Further conditions, and whether the link itself is emptied (a bare number may stay).
    where: tuple[tuple[str, str], ...] = ()
    is_unlinked: bool = True


def _gone(model: str, lead: str = "lead", *, why: str = "", exported: bool = True) -> Place:
    return Place(model, Act.DELETE, lead, why=why, is_exported=exported)


def _detached(model: str, *fields: str, lead: str = "lead", why: str) -> Place:
    return Place(model, Act.DETACH, lead, fields, why)


def _kept(why: str, *models: str) -> list[Place]:
    return [Place(model, Act.KEEP, why=why) for model in models]


#: In the order of work: what points at a lead goes before the lead.
PLACES: tuple[Place, ...] = (
    _gone("leads.touchpoint"),
    _gone("leads.note"),
    _gone("leads.stagechange"),
    _gone("leads.assignment"),
    _gone("leads.consentchange"),
    _gone("outreach.use"),
    _gone("companies.member"),
    _gone("handoffs.handoff"),
    Place(
        "intake.importrow", Act.DETACH, "record_id", ("cells", "before", "after", "reason"),
        "It still counts in what its import did; its cells and its former values are emptied.",
        where=(("run__kind", "leads"),), is_unlinked=False,
    ),
    Place(
        "intake.leftover", Act.DETACH, "record_id", ("name",),
        "That an undo left something stays; its name does not.",
        where=(("record_type", "leads.lead"),), is_unlinked=False,
    ),
    _detached(
        "opportunities.opportunity", "next_step",
        why="What was sold stays in the figures; who bought does not.",
    ),
    # --- rooms of leads beside these ---------------------------------------------------------
    _gone("merging.candidate", "low"),
    _gone("merging.candidate", "high"),
    _gone("merging.merge", why="Its manifest holds what the merged leads were."),
    _gone("merging.merge", "lost", why="One that was undone holds it too.", exported=False),
    _gone("bulk.bulkchange", why="It holds former values of the lead."),
    _gone("segments.member"),
    _gone("scoring.scoreentry"),
    _gone("scoring.scorechange"),
    _gone("merging.key", exported=False),
    _gone("merging.scanned", exported=False),
    _gone("leads.knownvisitor"),
    _gone("leads.formerkey"),
    _gone("leads.lead_tags"),
    _detached(
        "webhooks.delivery", "data", "lead_external_id", "lead_email_key", "error",
        why="That something was delivered stays, so that a repeat changes nothing; what it said goes.",
    ),
    _gone("leads.lead", "pk"),
    # --- never about a lead --------------------------------------------------------------------
    *_kept(
        "Accounts of colleagues, who are no leads; they are managed under People.",
        "accounts.user", "accounts.team", "accounts.apitoken", "auth.group", "auth.permission",
        "account.emailaddress", "account.emailconfirmation", "socialaccount.socialaccount",
        "socialaccount.socialapp", "socialaccount.socialtoken", "mfa.authenticator", "usersessions.usersession",
    ),
    *_kept("Names of tables and columns only.", "contenttypes.contenttype", "leads.attributedefinition"),
    *_kept("Digests from which nothing can be read.", "privacy.tombstone", "accounts.limitslot"),
    *_kept("A name of a running part.", "jobs.pulse"),
    *_kept("Which model gives the scores.", "scoring.standing"),
    *_kept("Settings without text about people.", "privacy.retentionrule"),
    *_kept("Emptied by the erasure itself, at its end.", "privacy.personrequest"),
    *_kept("Cleaned row by row: the kept form of a lapsed session is inside.", "sessions.session"),
)  # fmt: skip
#: Rows that hold one of the words stay, and lose these columns as a whole: what stands beside the word
#: is about the same person.
EMPTY_WHOLE: dict[str, tuple[str, ...]] = {
    "intake.importrow": ("cells", "before", "after", "reason"),
    "intake.import": ("profile",),
    "webhooks.delivery": ("data", "error"),
}


def place_of(model: str) -> list[Place]:
    return [place for place in PLACES if place.model == model]
