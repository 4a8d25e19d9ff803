"""Building the demonstration company, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import services as campaign_services
from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from leads.models import Lead
from leads.opportunities.models import Opportunity
from leads.privacy import services as privacy
from leads.scoring.models import ScoringModel
from personas.models import Persona
from portal.accounts.models import User
from portal.documents import services as documents
from portal.documents.models import Revision
from portal.feedback import services as feedback
from portal.feedback.models import Thread
from portal.funnel.defaults import CONTENT
from portal.funnel.models import FunnelDefinition
from portal.operations.demo import agreement, scoring
from portal.operations.demo.bulk import act_in_bulk
from portal.operations.demo.campaigns import CAMPAIGNS, brief
from portal.operations.demo.companies import make_companies
from portal.operations.demo.conversations import TALKS, Talk
from portal.operations.demo.duplicates import make_duplicates
from portal.operations.demo.handoffs import make_handoffs
from portal.operations.demo.journeys import make_journeys
from portal.operations.demo.leads import Setting, make_leads
from portal.operations.demo.opportunities import Market
from portal.operations.demo.past import at
from portal.operations.demo.people import DOMAIN, make_people
from portal.operations.demo.personas import PERSONAS
from portal.operations.demo.segments import make_segments
from portal.operations.demo.talking_points import TEXTS
from portal.slas.models import Calendar, Sla


def exists() -> bool:
    """True when the demonstration company has been made in this database."""
    return User.objects.filter(email=f"admin@{DOMAIN}").exists()


def counts() -> dict[str, int]:
    return {
        "users": User.objects.filter(email__endswith=f"@{DOMAIN}").count(),
        "personas": Persona.objects.count(),
        "campaigns": Campaign.objects.count(),
        "talking_points": TalkingPoint.objects.count(),
        "leads": Lead.objects.count(),
        "opportunities": Opportunity.objects.count(),
    }


@transaction.atomic
def make_company(*, password: str, seed: int) -> None:
    """Everything, in one transaction: either the whole company is there or nothing of it."""
    now = timezone.now()
    builder = Builder(make_people(password), now, Random(seed))
    builder.agree_on_the_terms()
    builder.write_personas()
    builder.plan_campaigns()
    builder.write_talking_points()
    builder.work()
    make_journeys(builder.people, now)
    builder.group()
    builder.score()
    builder.talk()
    builder.answer_people()
    builder.read_the_old_news()


class Builder:
    """Holds what has been made so far."""

    def __init__(self, people: dict[str, User], now: datetime, random: Random) -> None:
        self.people, self.now, self.random = people, now, random
        self.made: dict[tuple[str, str], Any] = {}
        self.sla: Sla | None = None

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _write(
        self, model: Any, title: str, content: dict[str, Any], *, by: str, days: float
    ) -> Any:
        with at(self.ago(days)):
            return documents.create_document(
                model=model, title=title, by=self.people[by], content=content
            )

    def _agree(self, subject: Any, *, days: float, note: str = "", waits: float = 2) -> Any:
        """Proposed, read for two days, signed by the departments that sign."""
        revision = subject.document.revisions.filter(state=Revision.State.DRAFT).first()
        with at(self.ago(days)):
            documents.propose(
                subject=subject, revision=revision, by=subject.document.owner, note=note
            )
        for index, department in enumerate(subject.signers()):
            with at(self.ago(days - waits * (index + 1) / 2)):
                signer = self.people[f"manager.{department}"]
                documents.sign(subject=subject, revision=revision, by=signer)
        return type(subject).objects.get(pk=subject.pk)

    # --- what people ask about their data -----------------------------------------------------
    def answer_people(self) -> None:
        """A copy that was made, and an erasure that waits for an administrator."""
        leads = Lead.objects.exclude(email="").order_by("pk")[3:5]
        manager, admin = self.people["manager.marketing"], self.people["admin"]
        for lead, kind, days in zip(leads, ("export", "erasure"), (12, 4), strict=False):
            with at(self.ago(days)):
                asked = privacy.ask(
                    kind=kind, email=lead.email, by=manager,
                    reason="Asked by mail; known by their address and a call back.",
                )  # fmt: skip
            if kind == "export":
                with at(self.ago(days - 1)):
                    privacy.export(request=privacy.begin(request=asked, by=admin), by=admin)

    # --- scores -------------------------------------------------------------------------------
    def score(self) -> None:
        """Agreed when the leads are there, so that they are scored once."""
        model = self._write(
            ScoringModel, scoring.TITLE, scoring.CONTENT, by="manager.marketing", days=280
        )
        model = self._agree(model, days=277, note="Tried on the first year")
        self._review_again(model)
        scoring.score_everybody()

    # --- the agreement ------------------------------------------------------------------------
    def agree_on_the_terms(self) -> None:
        content = dict(CONTENT) | {"purpose": agreement.PURPOSE}
        content["stages"] = [
            dict(stage) | agreement.MEANINGS.get(stage["key"], {}) for stage in CONTENT["stages"]
        ]
        funnel = self._write(
            FunnelDefinition, "Our funnel", content, by="manager.marketing", days=300
        )
        self._ask_about_the_draft(funnel, agreement.QUESTION)
        self._agree(funnel, days=298, note="First common definition")
        with at(self.ago(297)):
            calendars = [
                Calendar.objects.create(name=name, time_zone=zone, country=country, hours=hours)
                for name, zone, country, hours in agreement.CALENDARS
            ]
        terms = {
            "purpose": agreement.SLA_PURPOSE,
            "reporting_owner": self.people["manager.marketing"].pk,
            "commitments": agreement.commitments(calendars[0].pk, self.people),
        }
        self.sla = self._write(Sla, agreement.SLA_TITLE, terms, by="manager.sales", days=296)
        self.sla = self._agree(
            self.sla, days=294, note="What we promise each other in the first year"
        )
        self.made["SLA", ""] = self.sla
        for subject in (funnel, self.sla):
            self._review_again(subject)
        with at(self.ago(6)):
            draft = documents.start_draft(
                subject=self.sla, by=self.people["manager.sales"], note="Faster first contact"
            )
            changed = [dict(row) for row in draft.content["commitments"]]
            changed[0]["target"] = "6"
            documents.edit_draft(
                subject=self.sla,
                revision=draft,
                changes={"commitments": changed},
                by=self.people["manager.sales"],
            )

    def _ask_about_the_draft(self, funnel: FunnelDefinition, talk: Talk) -> None:
        """What a rep asked went into the draft, so the signatures under it answer the question."""
        by, draft = self.people[talk.reply_by], funnel.document.revisions.get()
        stages = [dict(stage) for stage in draft.content["stages"]]
        stage = next(row for row in stages if row["key"] == agreement.QUESTIONED)
        stage["not_this"] = [*stage["not_this"], agreement.DOES_NOT_COUNT]
        self.made[talk.on, talk.name] = funnel
        thread = self._talk(talk)
        with at(self.ago(talk.days_ago - 1.2)):
            documents.edit_draft(subject=funnel, revision=draft, changes={"stages": stages}, by=by)
            feedback.answer_thread(thread=thread, revision=draft, by=by)

    def _review_again(self, subject: Any) -> None:
        """Both sides looked at it in summer, left it as it is, and chose the next date."""
        by = self.people["manager.marketing"]
        with at(self.ago(115)):
            today = timezone.localdate(self.ago(115))
            documents.record_decision(
                subject=subject,
                what="Stays as it is until the new year",
                why="Both teams went through it together and had nothing to change.",
                decided_on=today,
                by=by,
            )
            review_on = today + timedelta(days=180)
            documents.set_review_date(subject=subject, review_on=review_on, by=by)

    # --- the shared documents -----------------------------------------------------------------
    def write_personas(self) -> None:
        for index, (title, content) in enumerate(PERSONAS):
            persona = self._write(Persona, title, content, by="marketer", days=260 - index)
            self.made["persona", title] = persona
            if title != "IT Ivo":
                self.made["persona", title] = self._agree(
                    persona, days=250 - index, note="After the interviews in spring"
                )
        ivo = self.made["persona", "IT Ivo"]
        with at(self.ago(4)):
            documents.propose(
                subject=ivo,
                revision=ivo.document.revisions.get(),
                by=self.people["marketer"],
                note="For the IT campaign",
            )
        with at(self.ago(3)):
            documents.sign(
                subject=ivo,
                revision=ivo.document.revisions.get(),
                by=self.people["manager.marketing"],
            )
        dora = self.made["persona", "Depot Dora"]
        with at(self.ago(120)):
            documents.record_decision(
                subject=dora,
                by=self.people["manager.marketing"],
                decided_on=timezone.localdate(self.ago(120)),
                what="Couriers with fewer than ten vans are not Dora",
                why="Nine trials, one customer, and that one left after a season. Sales asked for the limit.",
            )

    def plan_campaigns(self) -> None:
        today = timezone.localdate(self.now)
        for title, fate, persona, options in CAMPAIGNS:
            ids = [self.made["persona", persona].pk]
            content = brief(today, self.people, personas=ids, **options)
            written = max(15, 30 - options["starts"])
            campaign = self._write(Campaign, title, content, by="marketer2", days=written)
            self.made["campaign", title] = campaign
            if fate == "in_review":
                with at(self.ago(5)):
                    documents.propose(
                        subject=campaign,
                        revision=campaign.document.revisions.get(),
                        by=self.people["marketer2"],
                        note="Please read the risk",
                    )
                continue
            campaign = self._agree(campaign, days=written - 4, note="Ready")
            with at(self.ago(written - 8)):
                campaign_services.publish_campaign(campaign=campaign, by=self.people["marketer2"])
            self._acknowledge(campaign, written - 9, fate)
            if fate == "postponed":
                start = today + timedelta(days=45)
                with at(self.ago(2)):
                    campaign_services.postpone_campaign(
                        campaign=campaign,
                        starts_on=start,
                        ends_on=start + timedelta(days=90),
                        by=self.people["marketer2"],
                    )

    def _acknowledge(self, campaign: Campaign, days: float, fate: str) -> None:
        reps = ["priya.nair", "owen.clarke", "javier.molina", "chiara.conti", "rep2", "rep"]
        readers = reps if fate in {"ended", "postponed"} else reps[:4]
        for index, name in enumerate(readers):
            with at(self.ago(max(days - index / 3, 0.2))):
                campaign_services.acknowledge_campaign(campaign=campaign, by=self.people[name])

    def write_talking_points(self) -> None:
        for index, text in enumerate(TEXTS):
            campaign = self.made.get(("campaign", text.campaign))
            content = {
                "kind": text.kind,
                "subject": text.subject,
                "body": text.body,
                "how_to_use": text.how,
                "personas": [self.made["persona", name].pk for name in text.personas],
                "stages": text.stages,
                "campaign": campaign.pk if campaign else None,
                "competitor": text.competitor,
                "language": text.language,
            }
            point = self._write(TalkingPoint, text.title, content, by="marketer", days=240 - index)
            if index < len(TEXTS) - 2:
                point = self._agree(point, days=238 - index, waits=1)
                if index % 10:
                    self._look_again(point, days=80 - index)
            self.made["talking point", text.title] = point

    def _look_again(self, point: TalkingPoint, *, days: int) -> None:
        """Read in autumn and left as it is; what nobody has read since is due."""
        with at(self.ago(days)):
            due = timezone.localdate(self.ago(days)) + timedelta(days=point.review_after_days)
            documents.set_review_date(subject=point, review_on=due, by=self.people["marketer"])

    # --- the work -----------------------------------------------------------------------------
    def work(self) -> None:
        points = [
            p
            for (kind, _), p in self.made.items()
            if kind == "talking point" and p.document.in_force_id
        ]
        campaigns = {title: c for (kind, title), c in self.made.items() if kind == "campaign"}
        market = Market.opened(self.now)
        setting = Setting(self.people, campaigns, points, self.now, self.random, market)
        make_leads(setting)
        market.sold_elsewhere(self.people)
        make_companies(self.people, self.now)
        make_duplicates(setting)
        act_in_bulk(self.people, self.now)
        make_handoffs(setting)

    def group(self) -> None:
        """Segments and views; with chance of their own, so that the other stories stay as they are."""
        make_segments(self.people, self.now, Random(len(self.people)))

    def talk(self) -> None:
        for talk in TALKS:
            self._talk(talk)
        lead = Lead.objects.filter(owner=self.people["rep"], status=Lead.Status.LOST).first()
        if lead is not None:
            with at(self.ago(3)):
                feedback.add_thread(
                    subject=lead,
                    kind="problem",
                    by=self.people["rep"],
                    title="The fleet size was wrong",
                    body="The form said 140 vehicles; there are eight. Who checks this before it reaches us?",
                )

    def read_the_old_news(self) -> None:
        """People have read what they were told more than two days ago."""
        for person in self.people.values():
            person.notifications.filter(created_at__lt=self.ago(2)).update(read_at=self.now)

    def _talk(self, talk: Talk) -> Thread:
        subject = self.made[talk.on, talk.name]
        with at(self.ago(talk.days_ago)):
            thread = feedback.add_thread(
                subject=subject,
                kind=talk.kind,
                title=talk.title,
                body=talk.body,
                by=self.people[talk.by],
                passage=talk.passage,
            )
        if talk.reply:
            with at(self.ago(talk.days_ago - 1.2)):
                feedback.reply_thread(thread=thread, body=talk.reply, by=self.people[talk.reply_by])
        if talk.ends:
            with at(self.ago(max(talk.days_ago - 3, 0.5))):
                self._end(talk, thread, subject)
        return thread

    def _end(self, talk: Talk, thread: Any, subject: Any) -> None:
        by = self.people[talk.reply_by]
        if talk.ends == "answered":
            revision = self._revise(subject, talk)
            feedback.answer_thread(thread=thread, revision=revision, by=by)
        elif talk.ends == "acknowledged":
            feedback.acknowledge_thread(thread=thread, by=by)
        elif talk.ends == "planned":
            feedback.plan_thread(thread=thread, by=by)
        else:
            feedback.done_thread(thread=thread, by=by)

    def _revise(self, subject: Any, talk: Talk) -> Revision:
        """A new revision because of what was said."""
        by = self.people[talk.reply_by]
        draft = documents.start_draft(subject=subject, by=by, note=talk.title)
        if talk.on == "persona":
            changes: dict[str, Any] = {"quote": "The plan survives until six."}
        else:
            changes = {
                "how_to_use": draft.content["how_to_use"]
                + " It names the forty minutes that everyone asks for."
            }
        documents.edit_draft(subject=subject, revision=draft, changes=changes, by=by)
        documents.propose(subject=subject, revision=draft, by=by, note=talk.title)
        for department in subject.signers():
            documents.sign(subject=subject, revision=draft, by=self.people[f"manager.{department}"])
        return Revision.objects.get(pk=draft.pk)
