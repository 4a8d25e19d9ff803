"""Roll-ups say what the leads say: whoever wrote, whatever is asked, folded or not."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from leads import services as leads
from leads.intake import services as intake
from leads.merging.services import merge_leads, undo_merge
from leads.models import Lead, StageChange
from leads.privacy import services as privacy
from leads.reading import prepare
from portal.core.errors import RuleViolation
from portal.metrics import services
from portal.metrics.models import LeadChange, StaleLead
from portal.metrics.rollups import folding, reading
from tests.factories import csv_of, make_campaign, make_import, make_lead, make_stages

pytestmark = pytest.mark.django_db
START = datetime(2025, 11, 3, 9, tzinfo=UTC)
SOURCES = ["", "Fair", "Google", "fair", "Ünter Freunden", "0"]
#: Questions that roll-ups hold the answer to.
HELD = [
    ("sources", {}),
    ("sources", {"by": "campaign"}),
    ("sources", {"source": "Fair"}),
    ("sources", {"from": "2025-11-05", "to": "2025-11-20", "compare": "previous"}),
    ("sources", {"from": "2025-11-30", "to": "2026-02-28", "compare": "previous"}),
    ("sources", {"by": "campaign", "from": "2025-12-01", "to": "2026-01-31"}),
    ("sources", {"from": "2026-01-01"}),
    ("sources", {"to": "2025-12-15"}),
    ("funnel", {}),
    ("funnel", {"source": "Google"}),
    ("funnel", {"from": "2025-11-30", "to": "2026-02-28", "compare": "previous"}),
    ("funnel", {"from": "2025-12-24", "to": "2025-12-24"}),
    ("funnel", {"from": "2026-01-10"}),
]


def answer(client, name, asked):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/api/v1/reports/{name}/", asked)
    assert response.status_code == 200, response.content
    statements = " ".join(query["sql"] for query in captured)
    body = {key: part for key, part in response.json().items() if key != "as_of"}
    return body, "metrics_leadtally" in statements


def check(client, questions=HELD):
    """Every question, answered from roll-ups and by the leads themselves."""
    for name, asked in questions:
        rolled_up, was_rolled_up = answer(client, name, asked)
        with reading.live():
            counted, was_counted = answer(client, name, asked)
        assert (was_rolled_up, was_counted) == (True, False), (name, asked)
        assert rolled_up == counted, (name, asked)


def fold():
    while folding.fold_leads() + folding.fold_stays():
        pass
    assert not LeadChange.objects.exists()
    assert not StaleLead.objects.exists()


class Life:
    """Acts at random, by services, files and by hand."""

    def __init__(self, seed, by):
        self.chance, self.by, self.merges, self.runs = random.Random(seed), by, [], []
        self.stages = make_stages()
        self.campaigns = [None, make_campaign("Spring fair"), make_campaign("A late one")]
        for _ in range(4):
            self.created()

    def acts(self):
        """Every act at least once, in an order by chance; some refuse, which changes nothing."""
        acts = [
            self.moved,
            self.moved,
            self.lost,
            self.reopened,
            self.changed,
            self.imported,
            self.imported,
            self.taken_back,
            self.merged,
            self.unmerged,
            self.erased,
            self.updated_by_hand,
            self.inserted_by_hand,
            self.history_by_hand,
            self.deleted,
        ]
        self.chance.shuffle(acts)
        for act in acts:
            with suppress(RuleViolation):
                act()
            yield act.__name__

    def moment(self):
        return START + timedelta(days=self.chance.randint(0, 130), hours=self.chance.randint(0, 23))

    def lead(self, **wanted):
        found = list(Lead.objects.filter(**wanted).order_by("pk"))
        return self.chance.choice(found) if found else None

    def created(self):
        values = {
            "last_name": f"Person {self.chance.random()}",
            "email": f"p{self.chance.randint(1, 10**9)}@x{self.chance.randint(1, 10**9)}.example",
            "source": self.chance.choice(SOURCES),
            "stage": self.chance.choice(self.stages).slug,
            "created_at": self.moment().isoformat(),
        }
        leads.create_lead(prepared=prepare(values), by=self.by)

    def moved(self):
        lead, stage = self.lead(), self.chance.choice(self.stages)
        if lead and lead.status != "lost" and lead.stage_id != stage.pk:
            leads.change_stage(lead=lead, stage=stage, by=self.by, reason="So it is.")

    def lost(self):
        if lead := self.lead(status="open"):
            leads.mark_lost(lead=lead, reason="No budget", by=self.by)

    def reopened(self):
        if lead := self.lead(status="lost"):
            leads.reopen_lead(lead=lead, reason="Called back", by=self.by)

    def changed(self):
        if lead := self.lead():
            campaign = self.chance.choice(self.campaigns)
            values = {"source": self.chance.choice(SOURCES)}
            values |= {"campaign": campaign.slug} if campaign else {}
            leads.change_lead(lead=lead, prepared=prepare(values), by=self.by)

    def imported(self):
        at = self.moment().isoformat()
        rows = (
            f"r{self.chance.randint(1, 9)},lea{n}@imported.example,{self.chance.choice(SOURCES)},{at}"
            for n in range(3)
        )
        run = make_import(csv_of("Record ID,Email,Source,Created", *rows), by=self.by)
        mapping = intake.first_mapping(run=run, by=self.by, written=None, constants={})
        run = intake.save_mapping(run=run, mapping=mapping, by=self.by)
        run = intake.begin_import(run=run, by=self.by)
        self.runs.append(
            intake.apply_rows(run=run, by=self.by, checkpoint=lambda *_args, **_more: None)
        )

    def taken_back(self):
        if self.runs:
            run = self.runs.pop()
            run = intake.begin_undo(run=run, by=self.by)
            intake.take_back(run=run, by=self.by, checkpoint=lambda *_args, **_more: None)

    def merged(self):
        one, other = self.lead(), self.lead()
        if one and other and one.pk != other.pk:
            self.merges.append(merge_leads(lost=one, kept=other, by=self.by))

    def unmerged(self):
        if self.merges:
            undo_merge(merge=self.merges.pop(), by=self.by)

    def erased(self):
        lead = self.lead()
        if lead and lead.email:
            privacy.erase_now(email=lead.email, reason="Asked by letter.")
            self.merges.clear()
            self.runs.clear()

    def updated_by_hand(self):
        some = Lead.objects.filter(pk__in=[lead.pk for lead in (self.lead(), self.lead()) if lead])
        changes = [
            {"source": self.chance.choice(SOURCES)},
            {"created_at": self.moment()},
            {"created_at": F("created_at") + timedelta(days=40)},
            {"campaign": self.chance.choice(self.campaigns)},
            {"status": "won", "converted_at": self.moment(), "reached": 60},
            {"status": "won", "converted_at": None},
            {"city": "Bonn"},
        ]
        some.update(**self.chance.choice(changes))

    def inserted_by_hand(self):
        for _ in range(2):
            make_lead(
                source=self.chance.choice(SOURCES),
                stage=self.chance.choice(self.stages),
                created_at=self.moment(),
                campaign=self.chance.choice(self.campaigns),
            )

    def history_by_hand(self):
        if lead := self.lead():
            StageChange.objects.create(
                lead=lead,
                from_stage=self.chance.choice([None, *self.stages]),
                to_stage=self.chance.choice(self.stages),
                at=self.moment(),
            )
        if change := StageChange.objects.order_by("?").first():
            StageChange.objects.filter(pk=change.pk).update(at=self.moment())

    def deleted(self):
        StageChange.objects.filter(lead=self.lead()).filter(from_stage=None).delete()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_both_say_the_same(seed, as_marketer, marketing_manager):
    life = Life(seed, marketing_manager)
    for _ in life.acts():
        check(as_marketer, life.chance.sample(HELD, 3))
        if life.chance.random() < 0.4:
            fold()
            check(as_marketer, life.chance.sample(HELD, 3))
    check(as_marketer)
    fold()
    check(as_marketer)
    services.rebuild()
    check(as_marketer)
