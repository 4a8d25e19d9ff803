"""From the fields of an event to a lead or touchpoints, through the services that the API uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from leads import services
from leads.capture import References, attribute_types
from leads.duplicates import DuplicateLead
from leads.erased import REFUSED, Key, erased_among
from leads.former import Kind, leads_named
from leads.merging.services import flag_duplicates
from leads.models import Lead, Touchpoint
from leads.normalising import email_key
from leads.reading import Prepared, prepare
from leads.services.journal import SKEW
from leads.targets import Targets, contact_of
from leads.touches import PreparedTouch, prepare_touch
from portal.webhooks.models import Delivery

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.webhooks.models import Hook

LOG = "leads.log_touchpoint"
NO_RIGHTS = "{person}, for whom this webhook acts, may no longer do this. Give it a new token in your own name."
NOBODY = "Name the lead (lead.external_id or lead.email) or the visitor."
FUTURE = "occurred_at: A contact cannot lie in the future."
ELSEWHERE = "external_id: A touchpoint with this external id is already recorded on another lead."
MOST_SHOWN = 5


class Refused(Exception):
    """An event that cannot be applied as it is; the message is for the administrator."""


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        shown = [f"{name}: {text}" for name, text in list(errors.items())[:MOST_SHOWN]]
        raise Refused(" ".join(shown))


class Workers:
    """What is asked once for all events of a run: rights, campaigns, types of attributes."""

    def __init__(self) -> None:
        self.types = attribute_types()
        self._references: dict[int, References] = {}

    def references_of(self, person: User) -> References:
        return self._references.setdefault(person.pk, References(person))

    # --- leads -----------------------------------------------------------------------------
    def bring_lead(self, delivery: Delivery) -> Lead:
        """The lead of an event, made or changed: one record per person."""
        hook = delivery.hook
        _may(hook, "leads.add_lead", "leads.change_lead")
        values = dict(delivery.data)
        visitor = str(values.pop("visitor", "") or "")
        prepared = prepare(_flat(values), types=self.types)
        _refuse(prepared.errors)
        known = find_lead(prepared)
        needs_campaign = known is None or known.campaign_id is None
        if hook.campaign is not None and needs_campaign and not prepared.references.get("campaign"):
            prepared.references["campaign"] = hook.campaign.slug
        lead = (
            self._change(known, prepared, delivery) if known else self._create(prepared, delivery)
        )
        if visitor:
            services.know_visitor(lead=lead, visitor=visitor)
        return lead

    def _create(self, prepared: Prepared, delivery: Delivery) -> Lead:
        """A form is always accepted. Who made the same person a moment ago made the record."""
        hook = delivery.hook
        if hook.source and not prepared.lead.get("source"):
            prepared.lead["source"] = hook.source
        try:
            lead = services.create_lead(prepared=prepared, by=hook.acts_for)
        except DuplicateLead:
            found = find_lead(prepared)
            if found is None:
                raise
            return self._change(found, prepared, delivery)
        # Nobody is there to be warned: whoever may be here already is kept for people to look at.
        flag_duplicates(lead)
        return lead

    def _change(self, lead: Lead, prepared: Prepared, delivery: Delivery) -> Lead:
        """Change what was given; an event that is older than what is known, or that names the person as
        before a merge, fills only blanks: what the merge chose stays.
        """
        by = delivery.hook.acts_for
        is_former = _is_former(prepared, lead)
        if lead.external_id:
            prepared.lead.pop("external_id", None)
        if is_former or _is_older(delivery, lead):
            _keep_blanks_only(prepared, lead)
        stage = prepared.references.pop("stage", "")
        prepared.references.pop("owner", None)
        note, prepared.note = prepared.note, ""
        lead = services.change_lead(lead=lead, prepared=prepared, by=by)
        if stage:
            lead = self._move(lead, stage, delivery)
        if note:
            services.add_note(lead=lead, body=note, by=by, form_token=f"hook:{delivery.pk}")
        return lead

    def _move(self, lead: Lead, text: str, delivery: Delivery) -> Lead:
        """A stage only ever goes forward by an event; a lost lead is reopened by people."""
        by = delivery.hook.acts_for
        rows, errors = self.references_of(by).resolve({"stage": text})
        _refuse(errors)
        stage = rows.get("stage")
        if stage is None or lead.is_lost or stage.position <= lead.stage.position:
            return lead
        reason = f"Told by {delivery.hook.system}"
        return services.change_stage(lead=lead, stage=stage, by=by, reason=reason)

    # --- touchpoints -----------------------------------------------------------------------
    def bring_touches(self, rows: Sequence[Delivery]) -> None:
        """Record the touchpoints of events; those whose lead is unknown wait, wrong ones fail."""
        read = [(delivery, prepare_touch(delivery.data)) for delivery in rows]
        targets = {
            person.pk: Targets([touch for _, touch in read], Lead.objects.permitted(person, LOG))
            for person in {delivery.hook.acts_for for delivery in rows}
        }
        ready: list[tuple[Delivery, Touchpoint]] = []
        erased = erased_among({key for _, touch in read for key in _keys(touch)})
        for delivery, touch in read:
            if erased & _keys(touch):
                delivery.failed(REFUSED)
                delivery.forget()
                continue
            try:
                row = self._touchpoint(delivery, touch, targets[delivery.hook.acts_for_id])
            except Refused as refusal:
                delivery.failed(str(refusal))
                continue
            if row is not None:
                ready.append((delivery, row))
        at = timezone.now()
        asked = [row.lead_id for _, row in ready]
        recorded = services.record_touchpoints(touches=[row for _, row in ready])
        for (delivery, _), lead, kept in zip(ready, asked, recorded, strict=True):
            if lead and kept.touchpoint.lead_id != lead:
                delivery.failed(ELSEWHERE)
            else:
                delivery.applied(kept.touchpoint.lead_id, at)

    def _touchpoint(
        self, delivery: Delivery, touch: PreparedTouch, targets: Targets
    ) -> Touchpoint | None:
        """The row to store; None where it waits for its lead."""
        hook = delivery.hook
        by = _may(hook, LOG)
        _refuse(touch.errors)
        if touch.occurred_at and touch.occurred_at > timezone.now() + SKEW:
            raise Refused(FUTURE)
        campaign = hook.campaign
        if touch.campaign:
            rows, errors = self.references_of(by).resolve({"campaign": touch.campaign})
            _refuse(errors)
            campaign = rows["campaign"]
        lead = targets.find(touch)
        if lead is None and touch.names_somebody:
            delivery.lead_external_id = touch.lead_external_id
            delivery.lead_email_key = email_key(touch.lead_email) if touch.lead_email else ""
            delivery.state = Delivery.State.WAITING
            delivery.waiting_since = delivery.waiting_since or timezone.now()
            return None
        if lead is None and not touch.columns.get("visitor"):
            raise Refused(NOBODY)
        contact = contact_of(touch, campaign, system=hook.system)
        row = contact.touchpoint(None, by=None, at=min(delivery.received_at, timezone.now()))
        row.lead_id = lead
        return row


def _may(hook: Hook, *actions: str) -> User:
    """The person for whom the hook acts, as long as they may."""
    person = hook.acts_for
    if not person.is_active or not all(person.reaches_all(action) for action in actions):
        raise Refused(NO_RIGHTS.format(person=person))
    return person


def _keys(touch: PreparedTouch) -> set[Key]:
    """By what a touch names its person."""
    address = email_key(touch.lead_email) if touch.lead_email else ""
    return {("external_id", touch.lead_external_id), ("email", address)}


def find_lead(prepared: Prepared) -> Lead | None:
    """The one record of this person, by external id, then by e-mail address; who was merged is found
    under whom they were merged into.
    """
    leads = Lead.objects.select_related("stage", "owner", "company")
    keys = ((Kind.EXTERNAL_ID, prepared.external_id), (Kind.EMAIL, prepared.email_key))
    for kind, value in keys:
        if value and (pk := leads_named(Lead.objects.all(), kind, [value]).get(value)):
            return leads.filter(pk=pk).first()
    return None


def _is_former(prepared: Prepared, lead: Lead) -> bool:
    """Whether the event knows the person only by what they were called before a merge."""
    return lead.external_id != prepared.external_id and lead.email_key != prepared.email_key


def _is_older(delivery: Delivery, lead: Lead) -> bool:
    """Whether something newer about this lead was applied already."""
    if delivery.happened_at is None:
        return False
    applied = Delivery.objects.filter(
        lead=lead, kind=Delivery.Kind.LEAD, state=Delivery.State.APPLIED
    )
    newest = applied.order_by().aggregate(newest=Max("happened_at"))["newest"]
    return newest is not None and newest > delivery.happened_at


def _keep_blanks_only(prepared: Prepared, lead: Lead) -> None:
    prepared.lead = {
        name: value
        for name, value in prepared.lead.items()
        if getattr(lead, name, None) in ("", None, "unknown")
    }
    prepared.attributes = {
        name: value for name, value in prepared.attributes.items() if name not in lead.attributes
    }
    prepared.references = {
        name: text
        for name, text in prepared.references.items()
        if name in {"campaign", "persona"} and getattr(lead, f"{name}_id") is None
    }
    if lead.company_id is not None:
        prepared.company = {}


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """A company may also be an object."""
    company = values.pop("company", None)
    if isinstance(company, dict):
        return values | {f"company.{name}": value for name, value in company.items()}
    return values if company is None else values | {"company.name": company}
