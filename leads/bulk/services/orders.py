"""What is to be done, and to which leads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from leads.bulk.models import BulkAct
from leads.models import Lead, Tag
from leads.normalising import clean_text
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User
    from portal.funnel.models import Stage

#: What a person must be allowed to do with each of the leads.
ACTIONS = {
    BulkAct.Act.ASSIGN: "leads.assign_lead",
    BulkAct.Act.STAGE: "leads.change_stage_lead",
    BulkAct.Act.TAG: "leads.tag_lead",
    BulkAct.Act.UNTAG: "leads.tag_lead",
}
#: Leads of one act; of one that names them one by one; and those that a request does itself.
MOST, MOST_TICKED, AT_ONCE = 10_000, 1_000, 200


@dataclass(frozen=True, kw_only=True)
class Order:
    """One act with what it needs: an owner (None: the pool), a stage, or a tag."""

    act: BulkAct.Act
    owner: User | None = None
    stage: Stage | None = None
    tag: Tag | None = None
    reason: str = ""
    filters: str = ""
    form_token: str = ""

    @property
    def action(self) -> str:
        return ACTIONS[self.act]

    def check(self) -> None:
        if self.act == BulkAct.Act.STAGE and self.stage is None:
            raise RuleViolation("Choose the stage.")
        if self.act in (BulkAct.Act.TAG, BulkAct.Act.UNTAG) and self.tag is None:
            raise RuleViolation("Choose the tag.")
        if self.act == BulkAct.Act.ASSIGN and not self.reason.strip():
            raise RuleViolation("Say why the leads get another owner.")


def choose(ids: Collection[int], *, act: str, by: User) -> QuerySet[Any] | None:
    """The leads with these keys; None when one of them is not there or out of reach [AZ-12]."""
    rows = Lead.objects.permitted(by, ACTIONS[BulkAct.Act(act)]).filter(pk__in=ids)
    return rows if rows.count() == len(set(ids)) else None


def tag_named(name: str, *, by: User, make: bool) -> Tag | None:
    """The tag of this name, case aside; a new one where it may be made, which the act itself keeps."""
    name = clean_text(name)[:40].strip(" ,")
    if not name:
        return None
    tags = Tag.objects.permitted(by, "leads.view_tag")
    found = tags.filter(name__iexact=name).first()
    if found is not None or not make or not by.may("leads.add_tag"):
        return found
    if name.lower() == "none":
        raise RuleViolation(
            "A tag cannot be called “none”: the list means leads without one by it."
        )
    return Tag(name=name, made_by=by)


def kept_tag(tag: Tag | None) -> Tag | None:
    """The tag in the database. Two who make the same one at once end with one."""
    if tag is None or tag.pk:
        return tag
    try:
        with transaction.atomic():
            tag.save(force_insert=True)
    except IntegrityError:
        return Tag.objects.get(name__iexact=tag.name)
    return tag
