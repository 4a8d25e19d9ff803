"""What fills the holes in an address, app by app: add a line here with every new one.

A *filler* gets the world and the person and returns the parts of the address. ``mine`` names a row
that lies within the reach of everybody who has the action at all; ``theirs`` one that lies outside
the reach of those whose scope is own or team (None where there is no such thing). ``query`` is what
a GET needs to make sense, ``data`` what a POST does; both may name the parts: ``{pk}``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from leads.models import Lead
from leads.scoring.models import ScoringModel
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.roles import Department, Role
from portal.accounts.routes import COLUMNS
from portal.accounts.services import create_token
from portal.activity.services import record
from portal.documents import services as documents
from portal.documents.models import Revision
from portal.funnel.models import FunnelDefinition
from portal.notifications.models import Notification
from portal.slas.models import Sla
from portal.todo.models import Task
from tests.factories import (
    agree,
    make_calendar,
    make_campaign,
    make_clock,
    make_company,
    make_competitor,
    make_document,
    make_funnel,
    make_handoff,
    make_hook,
    make_import,
    make_lead,
    make_member,
    make_opportunity,
    make_product,
    make_rule,
    make_sales_stage,
    make_sla,
    make_stage,
    make_target_list,
    make_team,
    make_thread,
    make_user,
)

PASSWORD = "a-long-enough-password"
Parts = dict[str, Any]
Filler = Callable[["World", User], Parts]


@dataclass
class World:
    """One of everything, for everybody. What somebody needs of their own is made when asked for."""

    made: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """Make a thing the first time that it is asked for."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    # --- people ---------------------------------------------------------------------------------
    @cached_property
    def people(self) -> dict[str, User]:
        """One person of every column; those of sales share a team."""
        team = make_team("Sales of the walk", Department.SALES)
        return {
            column: make_user(
                role,
                department,
                name=column.capitalize(),
                password=PASSWORD,
                teams=[team] if department == Department.SALES else [],
            )
            for column, (role, department) in COLUMNS.items()
        }

    @cached_property
    def outsider(self) -> User:
        """A rep of another team, whose things nobody of the walk may reach by own or team."""
        return make_user(Role.REP, teams=[make_team("Another team", Department.SALES)])

    # --- documents ------------------------------------------------------------------------------
    def document(self, model: type) -> Any:
        """One with revision 1 in force, 2 in review, 3 and 4 drafts."""
        return self.once(("document", model), lambda: self._document(model))

    def _document(self, model: type) -> Any:
        writer = self.people["manager of marketing"]
        make = {
            Campaign: make_campaign,
            Sla: make_sla,
            FunnelDefinition: make_funnel,
            ScoringModel: _scoring_model,
        }.get(model)
        subject = make(by=writer) if make else make_document(model, by=writer)
        subject = agree(subject)
        second = documents.start_draft(subject=subject, by=writer)
        documents.edit_draft(subject=subject, revision=second, changes={}, by=writer, note="Second")
        documents.propose(subject=subject, revision=second, by=writer)
        documents.start_draft(subject=subject, by=writer)
        documents.start_draft(subject=subject, by=writer)
        return subject

    def number(self, model: type, state: str) -> int:
        revisions = self.document(model).document.revisions
        return revisions.filter(state=state).order_by("number").values_list("number", flat=True)[0]

    # --- leads ----------------------------------------------------------------------------------
    def lead(self, owner: User | None, **fields: Any) -> Lead:
        return self.once(
            ("lead", owner and owner.pk, *fields), lambda: make_lead(owner=owner, **fields)
        )


def _scoring_model(*, by: User) -> Any:
    from tests.leads.scoring.models import make_model, rule

    condition = {"field": "country", "is": "Germany"}
    return make_model(rule("Walk", condition, id="walk"), by=by)


# --- fillers -----------------------------------------------------------------------------------
def of_document(model: type, state: str = Revision.State.DRAFT) -> Filler:
    def fill(world: World, user: User) -> Parts:
        subject = world.document(model)
        return {
            "slug": subject.slug,
            "pk": subject.pk,
            "object_id": subject.pk,
            "number": world.number(model, state),
            "section": model.schema.sections[0].key,
        }

    return fill


def own_lead(world: World, user: User) -> Parts:
    return {"pk": world.lead(user).pk}


def pool_lead(world: World, user: User) -> Parts:
    """A lead that belongs to nobody yet, in the pool of the person's own team."""
    return {"pk": world.lead(None, team=user.teams.first()).pk}


def foreign_lead(world: World, user: User) -> Parts:
    return {"pk": world.lead(world.outsider).pk}


def with_talking_point(filler: Filler) -> Filler:
    def fill(world: World, user: User) -> Parts:
        return filler(world, user) | {"slug": world.document(TalkingPoint).slug}

    return fill


def own_thread(world: World, user: User) -> Parts:
    """A thread that the person's side owes an answer, on something that everybody sees."""

    def make() -> Any:
        author = world.people["marketer" if user.department == Department.SALES else "rep"]
        thread = make_thread(world.document(Persona), by=author)
        type(thread).objects.filter(pk=thread.pk).update(side=user.department, owner=user)
        return thread

    thread = world.once(("thread", user.pk), make)
    return {"pk": thread.pk, "number": thread.posts.first().pk}


def foreign_thread(world: World, user: User) -> Parts:
    """A thread on a lead that the person does not see, owed by another side."""

    def make() -> Any:
        thread = make_thread(world.lead(world.outsider), by=world.outsider)
        type(thread).objects.filter(pk=thread.pk).update(side=Department.OPERATIONS, owner=None)
        return thread

    thread = world.once("foreign thread", make)
    return {"pk": thread.pk, "number": thread.posts.first().pk}


def own_post(world: World, user: User) -> Parts:
    thread = world.once(("post", user.pk), lambda: make_thread(world.document(Persona), by=user))
    return {"pk": thread.posts.first().pk}


def own_post_in_thread(world: World, user: User) -> Parts:
    thread = world.once(("post", user.pk), lambda: make_thread(world.document(Persona), by=user))
    return {"pk": thread.pk, "number": thread.posts.first().pk}


def foreign_post(world: World, user: User) -> Parts:
    return {"pk": foreign_thread(world, user)["number"]}


def subject_of_threads(world: World, user: User) -> Parts:
    return {"label": "personas.persona", "pk": world.document(Persona).pk}


def foreign_subject(world: World, user: User) -> Parts:
    return {"label": "leads.lead", "pk": world.lead(world.outsider).pk}


def own_token(world: World, user: User) -> Parts:
    made = world.once(
        ("token", user.pk), lambda: create_token(user=user, by=user, name="Walk", scopes=["read"])
    )
    return {"pk": made[0].pk, "object_id": made[0].pk}


def foreign_token(world: World, user: User) -> Parts:
    return own_token(world, world.outsider)


def own_session(world: World, user: User) -> Parts:
    session = world.once(("session", user.pk), lambda: _session(user))
    return {"pk": session.pk}


def _session(user: User) -> UserSession:
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store.create()
    return UserSession.objects.create(
        user=user, ip="127.0.0.1", session_key=store.session_key, user_agent="Walk"
    )


def foreign_session(world: World, user: User) -> Parts:
    return own_session(world, world.outsider)


def a_colleague(world: World, user: User) -> Parts:
    return {"pk": world.outsider.pk, "object_id": world.outsider.pk}


def a_team(world: World, user: User) -> Parts:
    team = Team.objects.order_by("pk").first()
    return {"pk": team.pk, "object_id": team.pk}


def a_scoring_rule(world: World, user: User) -> Parts:
    return of_document(ScoringModel)(world, user) | {"key": "walk"}


def a_trial(world: World, user: User) -> Parts:
    from leads.scoring.models import Trial

    subject = world.document(ScoringModel)
    made = world.once(
        "trial",
        lambda: Trial.objects.create(
            subject=subject,
            revision=subject.document.in_force,
            ended_at=timezone.now(),
            error="Walk",
        ),
    )
    return {"pk": made.pk}


def a_trial_of_a_model(world: World, user: User) -> Parts:
    trial = a_trial(world, user)["pk"]
    return {"pk": world.document(ScoringModel).pk, "number": trial}


def a_stage(world: World, user: User) -> Parts:
    return {"pk": make_stage().pk}


def own_clock(world: World, user: User) -> Parts:
    clock = world.once(
        ("clock", user.pk), lambda: make_clock(title="Walk", owner=user, at=timezone.now())
    )
    return {"pk": clock.pk}


def foreign_clock(world: World, user: User) -> Parts:
    return own_clock(world, world.outsider)


def a_calendar(world: World, user: User) -> Parts:
    calendar = world.once("calendar", lambda: make_calendar("Walk"))
    return {"pk": calendar.pk, "object_id": calendar.pk}


def own_use(world: World, user: User) -> Parts:
    return {"pk": world.once(("use", user.pk), lambda: _use(world, user)).pk}


def _use(world: World, user: User) -> Any:
    from leads.outreach.models import Use

    subject = world.document(TalkingPoint)
    return Use.objects.create(
        lead=world.lead(user),
        talking_point=subject,
        revision=subject.document.in_force,
        by=user,
        channel="copy",
        used_at=timezone.now(),
    )


def point_of_own_use(world: World, user: User) -> Parts:
    return {"pk": world.document(TalkingPoint).pk, "use": own_use(world, user)["pk"]}


def foreign_use(world: World, user: User) -> Parts:
    return own_use(world, world.outsider)


def own_view(world: World, user: User) -> Parts:
    return {"pk": _saved_view(world, user).pk}


def _saved_view(world: World, user: User, **fields: Any) -> Any:
    from leads.models import SavedView

    key = ("view", user.pk, *fields)
    return world.once(
        key, lambda: SavedView.objects.create(owner=user, name=f"Walk {fields}"[:80], **fields)
    )


def foreign_view(world: World, user: User) -> Parts:
    return own_view(world, world.outsider)


def deleted_view(world: World, user: User) -> Parts:
    return {"pk": _saved_view(world, user, deleted_at=timezone.now()).pk}


def foreign_deleted_view(world: World, user: User) -> Parts:
    return deleted_view(world, world.outsider)


def own_segment(world: World, user: User) -> Parts:
    from leads.segments.models import Segment

    def make() -> Any:
        return Segment.objects.create(
            slug=f"walk-{user.pk}",
            name="Walk",
            owner=user,
            is_shared=False,
            condition={"field": "country", "is": "Germany"},
        )

    return {"pk": world.once(("segment", user.pk), make).pk}


def foreign_segment(world: World, user: User) -> Parts:
    return own_segment(world, world.outsider)


def a_touchpoint(world: World, user: User) -> Parts:
    return {"pk": _touchpoint(world, user).pk}


def _touchpoint(world: World, user: User) -> Any:
    from leads.models import Touchpoint

    def make() -> Any:
        return Touchpoint.objects.create(
            lead=world.lead(user), kind=Touchpoint.Kind.values[0], occurred_at=timezone.now()
        )

    return world.once(("touchpoint", user.pk), make)


def foreign_touchpoint(world: World, user: User) -> Parts:
    return a_touchpoint(world, world.outsider)


def own_opportunity(world: World, user: User) -> Parts:
    made = world.once(
        ("opportunity", user.pk),
        lambda: make_opportunity(owner=user, team=user.teams.first(), lead=world.lead(user)),
    )
    return {"pk": made.pk, "object_id": made.pk}


def foreign_opportunity(world: World, user: User) -> Parts:
    return own_opportunity(world, world.outsider)


def own_handoff(world: World, user: User) -> Parts:
    """An open one that asks this person where they are in sales, and anybody in sales otherwise."""

    def make() -> Any:
        from leads.handoffs.models import Handoff

        if user.department == Department.SALES:
            return make_handoff(make_lead(stage="mql"), to=user)
        lead = make_lead(stage="mql")
        return Handoff.objects.create(lead=lead, offered_at=timezone.now(), why="Of the walk")

    return {"pk": world.once(("handoff", user.pk), make).pk}


def foreign_handoff(world: World, user: User) -> Parts:
    return own_handoff(world, world.outsider)


def a_routing_rule(world: World, user: User) -> Parts:
    made = world.once("routing rule", lambda: make_rule(world.people["rep"]))
    return {"pk": made.pk, "object_id": made.pk}


def a_territory(world: World, user: User) -> Parts:
    def make() -> Any:
        from leads.routing.models import Territory

        condition = {"field": "country", "op": "is", "value": "Spain"}
        return Territory.objects.create(name="Spain", condition=condition)

    return {"object_id": world.once("territory", make).pk}


def own_absence(world: World, user: User) -> Parts:
    def make() -> Any:
        from leads.routing.models import Absence

        today = timezone.localdate()
        return Absence.objects.create(person=user, first_on=today, last_on=today)

    return {"pk": world.once(("absence", user.pk), make).pk}


def foreign_absence(world: World, user: User) -> Parts:
    return own_absence(world, world.outsider)


def a_product(world: World, user: User) -> Parts:
    made = world.once("product", make_product)
    return {"pk": made.pk, "object_id": made.pk}


def a_competitor(world: World, user: User) -> Parts:
    made = world.once("competitor", make_competitor)
    return {"pk": made.pk, "object_id": made.pk}


def a_stage_of_sales(world: World, user: User) -> Parts:
    made = make_sales_stage()
    return {"pk": made.pk, "object_id": made.pk}


def a_hook(world: World, user: User) -> Parts:
    hook, path = world.once("hook", make_hook)
    return {"pk": hook.pk, "token": path.split("/")[3]}


def a_delivery(world: World, user: User) -> Parts:
    from portal.webhooks.models import Delivery

    def make() -> Any:
        hook, _ = world.once("hook", make_hook)
        return Delivery.objects.create(hook=hook, event_id="walk", kind="lead", state="failed")

    return {"pk": world.once("delivery", make).pk}


def an_answer(world: World, user: User) -> Parts:
    from leads.models import HeardAnswer

    return {"object_id": world.once("answer", lambda: HeardAnswer.objects.create(name="Walk")).pk}


def a_company(world: World, user: User) -> Parts:
    return {"pk": world.once("company", make_company).pk}


def company_in_admin(world: World, user: User) -> Parts:
    return {"object_id": world.once("company", make_company).pk}


def own_member(world: World, user: User) -> Parts:
    pk = world.once(("member", user.pk), lambda: _member(world, user)).pk
    return {"pk": pk, "object_id": pk}


def _member(world: World, user: User, lead: Any = None) -> Any:
    company = world.once("company", make_company)
    lead = lead or make_lead(owner=user, company=company)
    return make_member(company, lead)


def foreign_member(world: World, user: User) -> Parts:
    return own_member(world, world.outsider)


def company_with_members(world: World, user: User) -> Parts:
    """Two people of the company who lie within the person's reach."""
    first = own_member(world, user)["pk"]
    second = world.once(("second member", user.pk), lambda: _member(world, user)).pk
    return {**a_company(world, user), "source": first, "target": second}


def own_relation(world: World, user: User) -> Parts:
    from leads.companies.models import Member
    from leads.companies.services import add_relation

    def make() -> Any:
        ends = company_with_members(world, user)
        source, target = (Member.objects.get(pk=ends[name]) for name in ("source", "target"))
        return add_relation(source=source, target=target, kind="close_to", by=user)

    return {"pk": world.once(("relation", user.pk), make).pk}


def foreign_relation(world: World, user: User) -> Parts:
    return own_relation(world, world.outsider)


def a_target_list(world: World, user: User) -> Parts:
    company = world.once("company", make_company)
    made = world.once("target list", lambda: make_target_list(companies=[company]))
    return {"pk": made.pk, "object_id": made.pk, "company": company.pk}


def lead_with_company(world: World, user: User) -> Parts:
    company = world.once("company", make_company)
    return {
        "pk": world.once(("of company", user.pk), lambda: make_lead(owner=user, company=company)).pk
    }


def foreign_lead_with_company(world: World, user: User) -> Parts:
    return lead_with_company(world, world.outsider)


def an_attribute(world: World, user: User) -> Parts:
    from leads.models import AttributeDefinition

    made = world.once(
        "attribute", lambda: AttributeDefinition.objects.create(name="walk", label="Walk")
    )
    return {"object_id": made.pk}


def a_tag(world: World, user: User) -> Parts:
    from leads.models import Tag

    tag = world.once("tag", lambda: Tag.objects.create(name="Walk"))
    return {"pk": tag.pk, "object_id": tag.pk}


def own_act(world: World, user: User) -> Parts:
    from leads.bulk.models import BulkAct, BulkChange

    def make() -> BulkAct:
        act = BulkAct.objects.create(
            act="assign", by=user, made_at=timezone.now(), state="done", total=1, changed=1
        )
        lead = make_lead(owner=user)
        BulkChange.objects.create(
            act=act, lead=lead, state="changed", version=lead.version, before={"owner_id": None}
        )
        return act

    return {"pk": world.once(("act", user.pk), make).pk}


def foreign_act(world: World, user: User) -> Parts:
    """A manager sees to those of their department, so this one comes from another."""
    return own_act(world, world.people["administrator"])


def own_import(world: World, user: User) -> Parts:
    content = f"email\nwalk{user.pk}@buyer.example\n".encode()
    return {"pk": world.once(("import", user.pk), lambda: make_import(content, by=user)).pk}


def foreign_import(world: World, user: User) -> Parts:
    """A team's imports are those of its department, so this one comes from another."""
    return own_import(world, world.people["administrator"])


def own_request(world: World, user: User) -> Parts:
    from leads.privacy.services import ask

    def make() -> Any:
        return ask(kind="export", email="walk@buyer.example", reason="Walk", by=user)

    return {"pk": world.once(("privacy", user.pk), make).pk}


def foreign_request(world: World, user: User) -> Parts:
    return own_request(world, world.people["administrator"])


def a_copy(world: World, user: User) -> Parts:
    from leads.privacy.services import export_now

    made = world.once("copy", lambda: export_now(email="walk@buyer.example", reason="Walk"))
    return {"pk": made.pk}


def a_rule(world: World, user: User) -> Parts:
    from leads.privacy.models import RetentionRule

    made = world.once(
        "rule", lambda: RetentionRule.objects.create(what=RetentionRule.What.EXPORTS, days=7)
    )
    return {"object_id": made.pk, "what": made.what}


def own_lead_in_admin(world: World, user: User) -> Parts:
    return {"object_id": world.lead(user).pk}


def own_notification(world: World, user: User) -> Parts:
    def make() -> Any:
        return Notification.objects.create(recipient=user, text="Something happened.", kind="walk")

    return {"pk": world.once(("notification", user.pk), make).pk}


def foreign_notification(world: World, user: User) -> Parts:
    return own_notification(world, world.outsider)


def own_task(world: World, user: User) -> Parts:
    def make() -> Any:
        return Task.objects.create(
            owner=user,
            kind=Task.Kind.values[0],
            title="Something to do",
            key=f"walk:{user.pk}",
            due_at=timezone.now() + timedelta(days=1),
        )

    return {"pk": world.once(("task", user.pk), make).pk}


def foreign_task(world: World, user: User) -> Parts:
    return own_task(world, world.outsider)


def an_audit_line(world: World, user: User) -> Parts:
    line = world.once("line", lambda: record(actor=user, verb="walked", subject=user))
    return {"pk": line.pk}


def own_pair(world: World, user: User) -> Parts:
    """Two leads of the person's own that may be one, and the pair of them."""

    def make() -> Any:
        from leads.merging.models import Candidate

        low, high = (make_lead(owner=user) for _ in range(2))
        return Candidate.objects.create(low=low, high=high, strength=0.9, band="likely")

    pair = world.once(("pair", user.pk), make)
    return {"pk": pair.pk, "other": pair.high_id}


def foreign_pair(world: World, user: User) -> Parts:
    return own_pair(world, world.outsider)


def own_two_leads(world: World, user: User) -> Parts:
    pair = own_pair(world, user)
    return {"pk": world.lead(user).pk, "other": pair["other"]}


def foreign_two_leads(world: World, user: User) -> Parts:
    return own_two_leads(world, world.outsider)


def own_merge(world: World, user: User) -> Parts:
    def make() -> Any:
        from leads.merging.services import merge_leads

        lost, kept = (make_lead(owner=user) for _ in range(2))
        return merge_leads(lost=lost, kept=kept, by=user)

    return {"pk": world.once(("merge", user.pk), make).pk}


def foreign_merge(world: World, user: User) -> Parts:
    return own_merge(world, world.outsider)


def a_nickname(world: World, user: User) -> Parts:
    from leads.merging.models import Nickname

    return {"object_id": Nickname.objects.order_by("pk").first().pk}


def nothing(world: World, user: User) -> Parts:
    return {}


def these(**parts: Any) -> Filler:
    return lambda world, user: parts


def view_on_site(world: World, user: User) -> Parts:
    kind = ContentType.objects.get_for_model(Persona)
    return {"content_type_id": kind.pk, "object_id": world.document(Persona).pk}


@dataclass(frozen=True)
class Rows:
    """The rows of one kind of address."""

    mine: Filler
    theirs: Filler | None = None
    query: str = ""
    data: Parts = field(default_factory=dict)


def documents_at(page: str, api: str, model: type) -> dict[str, Rows]:
    in_review = of_document(model, Revision.State.IN_REVIEW)
    draft = of_document(model)
    revision = f"{page}<slug:slug>/revisions/<int:number>/"
    return {
        f"{page}<slug:slug>/": Rows(draft),
        f"{page}<slug:slug>/merge/": Rows(
            draft, query="into=3&other=4", data={"into": 3, "other": 4}
        ),
        f"{revision}sign/": Rows(in_review),
        f"{revision}withdraw/": Rows(in_review),
        f"{api}<pk>/": Rows(draft),
        f"{api}<pk>/diff/": Rows(draft, query="from=1&to=2"),
    }


#: Beginning of an address → its rows. The longest that fits counts.
ROWS: dict[str, Rows] = {
    **documents_at("/personas/", "/api/v1/personas/", Persona),
    **documents_at("/campaigns/", "/api/v1/campaigns/", Campaign),
    **documents_at("/talking-points/", "/api/v1/talking-points/", TalkingPoint),
    **documents_at("/agreement/funnel/", "/api/v1/funnel-definitions/", FunnelDefinition),
    **documents_at("/agreement/slas/", "/api/v1/slas/", Sla),
    "/admin/funnel/funneldefinition/": Rows(of_document(FunnelDefinition)),
    "/admin/slas/sla/": Rows(of_document(Sla)),
    **documents_at("/agreement/scoring/", "/api/v1/scoring-models/", ScoringModel),
    "/admin/scoring/scoringmodel/": Rows(of_document(ScoringModel)),
    "/agreement/scoring/leads/": Rows(own_lead, foreign_lead),
    "/agreement/scoring/trials/": Rows(a_trial, data={"place": "0"}),
    "/agreement/scoring/<slug:slug>/revisions/<int:number>/rules/": Rows(a_scoring_rule),
    "/api/v1/scoring-models/<pk>/trials/": Rows(a_trial_of_a_model),
    "/admin/slas/calendar/": Rows(a_calendar),
    "/agreement/slas/calendars/": Rows(a_calendar),
    "/api/v1/sla-clocks/<pk>/": Rows(own_clock, foreign_clock),
    "/api/v1/stages/<pk>/": Rows(a_stage),
    "/leads/export/": Rows(own_lead, foreign_lead, data={"ids": "{pk}"}),
    "/leads/assign/": Rows(own_lead, foreign_lead, data={"ids": "{pk}"}),
    "/leads/views/<int:pk>/": Rows(own_view, foreign_view),
    "/leads/views/<int:pk>/restore/": Rows(deleted_view, foreign_deleted_view),
    "/api/v1/saved-views/<pk>/": Rows(own_view, foreign_view),
    "/segments/<int:pk>/": Rows(own_segment, foreign_segment),
    "/segments/add/": Rows(own_lead, data={"ids": "{pk}"}),
    "/api/v1/segments/<pk>/": Rows(own_segment, foreign_segment),
    "/leads/conditions/count/": Rows(
        nothing, query="filter=%7B%22field%22%3A%22country%22%2C%22is%22%3A%22DE%22%7D"
    ),
    "/leads/bulk/": Rows(own_lead, foreign_lead, data={"ids": "{pk}", "act": "assign"}),
    "/leads/acts/<int:pk>/": Rows(own_act, foreign_act),
    "/leads/columns/": Rows(nothing, data={"columns": "stage"}),
    "/api/v1/leads/bulk/": Rows(nothing, data={"ids": "[]", "act": "tag", "tag": "walk"}),
    "/api/v1/bulk-acts/<pk>/": Rows(own_act, foreign_act),
    "/api/v1/tags/<pk>/": Rows(a_tag),
    "/admin/leads/tag/": Rows(a_tag),
    "/leads/fitting/": Rows(of_document(Persona)),
    "/leads/<int:pk>/": Rows(own_lead, foreign_lead),
    "/leads/touchpoints/<int:pk>/": Rows(a_touchpoint, foreign_touchpoint),
    "/hooks/<int:pk>/": Rows(a_hook),
    "/hooks/in/": Rows(a_hook),
    "/hooks/deliveries/<int:pk>/": Rows(a_delivery),
    "/api/v1/webhooks/<pk>/": Rows(a_hook),
    "/api/v1/deliveries/<pk>/": Rows(a_delivery),
    "/admin/leads/heardanswer/": Rows(an_answer),
    "/leads/<int:pk>/claim/": Rows(pool_lead, foreign_lead),
    "/leads/<int:pk>/talking-points/": Rows(
        with_talking_point(own_lead), with_talking_point(foreign_lead)
    ),
    "/api/v1/leads/<pk>/": Rows(own_lead, foreign_lead),
    "/api/v1/leads/<pk>/merge/": Rows(own_two_leads, foreign_two_leads, data={"into": "{other}"}),
    "/leads/<int:pk>/merge/": Rows(own_two_leads, foreign_two_leads),
    "/leads/duplicates/<int:pk>/": Rows(own_pair, foreign_pair, data={"reason": "Walk"}),
    "/api/v1/duplicates/<pk>/": Rows(own_pair, foreign_pair, data={"reason": "Walk"}),
    "/leads/merges/<int:pk>/": Rows(own_merge, foreign_merge),
    "/api/v1/merges/<pk>/": Rows(own_merge, foreign_merge),
    "/admin/merging/nickname/": Rows(a_nickname),
    "/api/v1/touchpoints/<pk>/": Rows(a_touchpoint, foreign_touchpoint),
    "/api/v1/companies/<pk>/": Rows(a_company),
    "/companies/<int:pk>/": Rows(a_company),
    "/companies/<int:pk>/opportunities/": Rows(a_company),
    "/leads/<int:pk>/convert/": Rows(own_lead, foreign_lead),
    "/leads/<int:pk>/handoff/": Rows(own_lead, foreign_lead),
    "/leads/<int:pk>/handoffs/": Rows(own_lead, foreign_lead),
    "/api/v1/leads/<pk>/handoff/": Rows(own_lead, foreign_lead),
    "/handoffs/<int:pk>/": Rows(own_handoff, foreign_handoff),
    "/api/v1/handoffs/<pk>/": Rows(own_handoff, foreign_handoff),
    "/api/v1/routing-rules/<pk>/": Rows(a_routing_rule),
    "/admin/routing/routingrule/": Rows(a_routing_rule),
    "/admin/routing/territory/": Rows(a_territory),
    "/leads/routing/absences/<int:pk>/": Rows(own_absence, foreign_absence),
    "/api/v1/leads/<pk>/convert/": Rows(own_lead, foreign_lead),
    "/opportunities/<int:pk>/": Rows(own_opportunity, foreign_opportunity),
    "/api/v1/opportunities/<pk>/": Rows(own_opportunity, foreign_opportunity),
    "/api/v1/products/<pk>/": Rows(a_product),
    "/api/v1/competitors/<pk>/": Rows(a_competitor),
    "/api/v1/opportunity-stages/<pk>/": Rows(a_stage_of_sales),
    "/admin/opportunities/opportunity/": Rows(own_opportunity),
    "/admin/opportunities/product/": Rows(a_product),
    "/admin/opportunities/opportunitystage/": Rows(a_stage_of_sales),
    "/admin/competitors/competitor/": Rows(a_competitor),
    "/companies/<int:pk>/buying-centre/relate/": Rows(
        company_with_members, data={"source": "{source}", "target": "{target}", "kind": "close_to"}
    ),
    "/companies/members/<int:pk>/": Rows(own_member, foreign_member),
    "/companies/relations/<int:pk>/": Rows(own_relation, foreign_relation),
    "/companies/of-lead/<int:pk>/": Rows(lead_with_company, foreign_lead_with_company),
    "/companies/target/": Rows(a_company, data={"ids": "{pk}"}),
    "/companies/targets/<int:pk>/": Rows(a_target_list, data={"ids": "{company}"}),
    "/api/v1/contacts/<pk>/": Rows(own_member, foreign_member),
    "/api/v1/target-lists/<pk>/": Rows(a_target_list),
    "/admin/leads/company/": Rows(company_in_admin),
    "/admin/companies/member/": Rows(own_member),
    "/admin/companies/targetlist/": Rows(a_target_list),
    "/leads/import/<int:pk>/": Rows(own_import, foreign_import),
    "/api/v1/imports/<pk>/": Rows(own_import, foreign_import),
    "/admin/leads/attributedefinition/": Rows(an_attribute),
    "/admin/leads/lead/": Rows(own_lead_in_admin),
    "/privacy/<int:pk>/": Rows(own_request, foreign_request),
    "/privacy/<int:pk>/copy/": Rows(a_copy),
    "/privacy/rules/<slug:what>/": Rows(a_rule),
    "/admin/privacy/retentionrule/": Rows(a_rule),
    "/uses/<int:pk>/": Rows(own_use, foreign_use),
    "/api/v1/talking-points/<pk>/rate/": Rows(point_of_own_use, data={"use": "{use}", "rating": 4}),
    "/feedback/<int:pk>/": Rows(own_thread, foreign_thread),
    "/feedback/posts/<int:pk>/": Rows(own_post, foreign_post),
    "/feedback/new/": Rows(subject_of_threads, foreign_subject, query="on={label}/{pk}"),
    "/feedback/on/": Rows(subject_of_threads, foreign_subject),
    "/api/v1/feedback/<pk>/": Rows(own_thread, foreign_thread),
    "/api/v1/feedback/<pk>/posts/<number>/": Rows(own_post_in_thread, foreign_thread),
    "/notifications/<int:pk>/": Rows(own_notification, foreign_notification),
    "/api/v1/notifications/<pk>/": Rows(own_notification, foreign_notification),
    "/tasks/<int:pk>/": Rows(own_task, foreign_task),
    "/api/v1/tasks/<pk>/": Rows(own_task, foreign_task),
    "/reports/<slug:name>/": Rows(these(name="funnel")),
    "/api/v1/reports/<name>/": Rows(these(name="funnel")),
    "/people/<int:pk>/": Rows(a_colleague),
    "/api/v1/users/<pk>/": Rows(a_colleague),
    "/admin/accounts/user/": Rows(a_colleague),
    "/api/v1/teams/<pk>/": Rows(a_team),
    "/admin/accounts/team/": Rows(a_team),
    "/api/v1/audit/<pk>/": Rows(an_audit_line),
    "/api/v1/tokens/<pk>/": Rows(own_token, foreign_token),
    "/me/tokens/<int:pk>/": Rows(own_token, foreign_token),
    "/admin/accounts/apitoken/": Rows(own_token),
    "/sessions/<int:pk>/": Rows(own_session, foreign_session),
    "/admin/r/": Rows(view_on_site),
    "/admin/<app_label>/": Rows(these(app_label="accounts")),
    "/admin/<url>": Rows(these(url="nothing-here/")),
    "/login/with/": Rows(these(provider_id="oidc")),
    "/password/reset/key/": Rows(these(uidb36="1", key="abc-def")),
}


def rows_for(path: str) -> Rows | None:
    """The entry for an address; None when nobody has said what fills it."""
    fitting = [beginning for beginning in ROWS if path.startswith(beginning)]
    return ROWS[max(fitting, key=len)] if fitting else None
