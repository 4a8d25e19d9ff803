"""What a home page is made of: one function for each panel.

A panel says what it shows, in which template, and where the rest is. A function answers None for
whom the panel is not meant; an empty panel stays and says what to do. Each panel reads a handful
of rows by index, so the page costs the same whatever the deployment holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Acknowledgement, Campaign
from leads.handoffs.models import Handoff
from leads.intake.models import Import
from leads.models import Lead
from leads.opportunities.models import Opportunity, Status
from leads.privacy.models import PersonRequest
from portal.accounts.models import User
from portal.accounts.policy import masked_fields
from portal.accounts.roles import Department, Role
from portal.core.listing import COUNT_CAP
from portal.documents.models import AgreedDocument, Document, Revision, Signature
from portal.feedback.models import Thread
from portal.feedback.reading import lines
from portal.jobs.models import Job
from portal.slas.models import Clock
from portal.todo.models import Task
from portal.topics import registry
from portal.topics.reading import noun_of
from portal.webhooks.models import Delivery

#: Rows of one panel; the rest is a link away.
ROWS = 6
#: As many broken commitments are named; the rest is counted.
MOST_CLOCKS = 3
#: How long before its date a review is shown.
REVIEW_AHEAD = timedelta(days=28)
#: How long an import with rejected rows is shown.
IMPORTS_SINCE = timedelta(days=30)
#: How long a failure of the portal's own work is shown.
FAILED_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Panel:
    """One card of the home page: its rows, where the rest is, and what else its template shows."""

    key: str
    title: str
    rows: list[Any] = field(default_factory=list)
    url: str = ""
    url_label: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def glance_url(self) -> str:
        """Where a report shows itself small."""
        return f"{self.url}?view=small"

    @property
    def template(self) -> str:
        return f"dashboard/_{self.key}.html"


Maker = Callable[[User, datetime], Panel | None]
#: What panels show of a lead: its name, where it stands, and its company.
LEAD = (
    *("full_name", "first_name", "last_name", "email", "external_id", "created_at"),
    *("next_step", "next_step_on", "stage__name", "company__name"),
)


# --- for everybody ------------------------------------------------------------------------------------
def waiting(user: User, at: datetime) -> Panel | None:
    """What one owes, what is due first on top."""
    owed = Task.objects.permitted(user, "todo.view_task").owed_by(user).open()
    rows = list(owed.filter(due_at__isnull=False).order_by("due_at", "pk")[:ROWS])
    rows += owed.filter(due_at=None).order_by("pk")[: ROWS - len(rows)] if len(rows) < ROWS else []
    return Panel("waiting", "Waits for you", rows, reverse("todo:task-list"), "All tasks")


def threads(user: User, at: datetime) -> Panel | None:
    """Feedback that one is asked to answer."""
    if user.department not in {Department.MARKETING, Department.SALES}:
        return None
    owed = Thread.objects.permitted(user, "feedback.view_thread").to_answer(user)
    found = list(
        owed.select_related("topic", "author", "clock").order_by("created_at", "pk")[:ROWS]
    )
    return Panel(
        "threads",
        "Feedback to answer",
        lines(found, user),
        reverse("feedback:thread-list"),
        "All feedback",
    )


# --- sales --------------------------------------------------------------------------------------------
def next_steps(user: User, at: datetime) -> Panel | None:
    """One's leads whose next step is today or overdue, the oldest first."""
    today = timezone.localdate(at)
    mine = Lead.objects.permitted(user, "leads.view_lead").filter(
        owner=user, status=Lead.Status.OPEN
    )
    due = mine.filter(next_step_on__lte=today).select_related("company", "stage").only(*LEAD)
    rows = list(due.order_by("next_step_on", "pk")[:ROWS])
    url = f"{reverse('leads:lead-list')}?owner=me&status=open&ordering=next_step"
    return Panel("next_steps", "Your next steps", rows, url, "All my leads", {"today": today})


def opportunities(user: User, at: datetime) -> Panel | None:
    """One's open opportunities, those that should close first on top."""
    mine = Opportunity.objects.permitted(user, "opportunities.view_opportunity").filter(
        owner=user, status=Status.OPEN
    )
    dated = F("expected_close_on").asc(nulls_last=True)
    rows = list(mine.as_shown().order_by(dated, "pk")[:ROWS])
    url = f"{reverse('opportunities:opportunity-list')}?owner=me&status=open"
    today = timezone.localdate(at)
    return Panel("opportunities", "Your opportunities", rows, url, "All of mine", {"today": today})


def pool(user: User, at: datetime) -> Panel | None:
    """Leads that nobody works on and nobody is asked about, the newest first."""
    if user.department != Department.SALES:
        return None
    offered = Handoff.objects.open().filter(lead=OuterRef("pk"))
    free = Lead.objects.permitted(user, "leads.view_lead").filter(
        ~Exists(offered), owner=None, status=Lead.Status.OPEN
    )
    shown = free.select_related("company", "stage").only(*LEAD)
    rows = list(shown.order_by("-created_at", "-pk")[:ROWS])
    url = f"{reverse('leads:lead-list')}?view=pool"
    return Panel(
        "pool",
        "Free leads",
        rows,
        url,
        "The whole pool",
        {"may_claim": user.may("leads.claim_lead")},
    )


def campaigns(user: User, at: datetime) -> Panel | None:
    """What runs now; for reps, what they have not acknowledged stands first and says so."""
    read = Acknowledgement.objects.filter(
        campaign=OuterRef("pk"), rep=user, revision=OuterRef("document__in_force")
    )
    visible = Campaign.objects.permitted(user, "campaigns.view_campaign")
    running = visible.running_on(timezone.localdate(at)).filter(document__retired_at=None)
    rows = running.annotate(is_read=Exists(read)).order_by("is_read", "ends_on", "pk")[:ROWS]
    must_read = user.role == Role.REP
    return Panel(
        "campaigns",
        "Running now",
        list(rows),
        reverse("campaigns:campaign-list"),
        "All campaigns",
        {"must_read": must_read},
    )


# --- marketing ----------------------------------------------------------------------------------------
def drafts(user: User, at: datetime) -> Panel | None:
    """One's own unfinished drafts, the last edited first."""
    mine = Revision.objects.filter(
        author=user, state=Revision.State.DRAFT, document__retired_at=None
    )
    found = mine.defer("content").select_related("document").order_by("-updated_at", "-pk")[:ROWS]
    rows = _with_subjects(user, [(revision.document, revision) for revision in found])
    return Panel("drafts", "Your drafts", rows)


def reviews(user: User, at: datetime) -> Panel | None:
    """Documents of one's own that must be looked at again soon."""
    day = timezone.localdate(at) + REVIEW_AHEAD
    due = Document.objects.due_for_review(day).filter(owner=user).order_by("review_on", "pk")[:ROWS]
    rows = _with_subjects(user, [(document, None) for document in due])
    return Panel("reviews", "To be looked at again", rows, extra={"today": timezone.localdate(at)})


def imports(user: User, at: datetime) -> Panel | None:
    """Imports that left rows out: each can be put right and brought in again."""
    if not user.may("intake.view_import"):
        return None
    seen = Import.objects.permitted(user, "intake.view_import")
    rejected = seen.filter(rejected__gt=0, finished_at__gte=at - IMPORTS_SINCE)
    rows = list(rejected.order_by("-pk")[:ROWS])
    if not rows:
        return None
    return Panel("imports", "Rejected rows", rows, "/leads/import/", "All imports")


# --- both sides ---------------------------------------------------------------------------------------
def agreement(user: User, at: datetime) -> Panel | None:
    """Where the agreement does not hold: unsigned, stale, broken."""
    today = timezone.localdate(at)
    signed = Signature.objects.filter(revision=OuterRef("pk"), department=user.department)
    in_review = Revision.objects.filter(state=Revision.State.IN_REVIEW, document__retired_at=None)
    found = in_review.annotate(is_signed=Exists(signed)).defer("content").select_related("document")
    unsigned = list(
        found.prefetch_related("signatures").order_by("is_signed", "proposed_at", "pk")[:ROWS]
    )
    stale = list(Document.objects.due_for_review(today).order_by("review_on", "pk")[:ROWS])
    running = Clock.objects.permitted(user, "slas.view_clock").running()
    broken = running.filter(due_at__lte=at).order_by("due_at", "pk")
    extra = {
        "unsigned": _with_subjects(user, [(revision.document, revision) for revision in unsigned]),
        "stale": _with_subjects(user, [(document, None) for document in stale]),
        "broken": broken[:1000].count(),
        # What a clock is about may be a person, whose name not every reader sees.
        "clocks": [] if masked_fields(user, "leads.lead") else list(broken[:MOST_CLOCKS]),
    }
    rows = [*extra["unsigned"], *extra["stale"]]
    return Panel("agreement", "The agreement", rows, "/agreement/", "The whole agreement", extra)


def system(user: User, at: datetime) -> Panel | None:
    """What an administrator looks after: what failed, what is due, who could be safer."""
    since = at - FAILED_SINCE
    failed = Job.objects.filter(state__in=(Job.State.FAILED, Job.State.DEAD), created_at__gte=since)
    refused = Delivery.objects.filter(state=Delivery.State.FAILED, received_at__gte=since)
    asked = PersonRequest.objects.filter(state=PersonRequest.State.OPEN)
    open_doors = User.objects.filter(is_active=True).exclude(authenticator__type="totp")
    found = (
        (
            failed,
            "background job{} failed in 7 days",
            "/admin/jobs/job/?state__exact=failed",
            "bad",
        ),
        (refused, "webhook event{} could not be applied in 7 days", "/hooks/", "bad"),
        (asked, "request{} about a person's data to answer", "/privacy/", "warn"),
        (open_doors, "account{} without a second factor", "/people/", "info"),
    )
    rows = [
        Finding(number, words.format("" if number == 1 else "s"), url, kind)
        for rows, words, url, kind in found
        if (number := rows[:COUNT_CAP].count())
    ]
    return Panel("system", "The portal itself", rows, "/audit/", "Audit trail")


def funnel(user: User, at: datetime) -> Panel | None:
    """The funnel at a glance, fetched from the report so that both show the same numbers."""
    return Panel("funnel", "Funnel", url="/reports/funnel/", url_label="The funnel report")


def sources(user: User, at: datetime) -> Panel | None:
    return Panel("sources", "Sources", url="/reports/sources/", url_label="The sources report")


@dataclass(frozen=True, slots=True)
class Finding:
    """So many of something that somebody should look at."""

    number: int
    words: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document with its own page, and the revision that it is about."""

    subject: AgreedDocument
    document: Document
    revision: Revision | None

    @property
    def noun(self) -> str:
        return noun_of(self.document.kind)


def _with_subjects(user: User, pairs: list[tuple[Document, Revision | None]]) -> list[DocumentLine]:
    """The personas, briefs, … of documents, as far as the person may see them: one query a kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for document, _ in pairs:
        by_kind[document.kind].append(document.pk)
    subjects: dict[int, AgreedDocument] = {}
    for kind, ids in by_kind.items():
        if (model := registry.subject_model(kind)) is not None:
            rows = model.objects.permitted(user, registry.view_action(kind)).filter(
                document__in=ids
            )
            subjects |= {row.document_id: row for row in rows}
    return [
        DocumentLine(subjects[document.pk], document, revision)
        for document, revision in pairs
        if document.pk in subjects
    ]


#: Which panels a role sees, in two columns: what to do, and what to know. A phone shows the first
#: column above the second.
PANELS: dict[str, tuple[tuple[Maker, ...], tuple[Maker, ...]]] = {
    Role.REP: ((waiting, next_steps, pool), (opportunities, campaigns, threads)),
    Role.MARKETER: ((waiting, threads, drafts), (sources, reviews, imports, campaigns)),
    Role.MANAGER: ((waiting, threads, drafts, pool), (agreement, funnel, imports, campaigns)),
    Role.EXECUTIVE: ((funnel, sources), (waiting, agreement, campaigns)),
    Role.ADMINISTRATOR: ((system, waiting, imports), (agreement, campaigns)),
}


def columns_for(user: User, at: datetime) -> list[list[Panel]]:
    """The home page of one person now, column by column."""
    made = (
        (maker(user, at) for maker in column) for column in PANELS.get(user.role, ((waiting,), ()))
    )
    return [[panel for panel in column if panel is not None] for column in made]
