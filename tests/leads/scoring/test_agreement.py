"""The two readings of a scoring model, as SQL over all leads and plainly on one, are one."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leads.models import Lead
from leads.scoring.definition import RULE_OUT
from leads.scoring.evaluation import evaluate
from leads.scoring.models import ScoreEntry, ScoringModel
from leads.scoring.reading import open_model
from leads.scoring.rules import Standing
from leads.scoring.sets import fetch
from leads.segments.services import create_segment
from portal.documents.services import create_document
from tests.leads.conditions.test_agreement import NOW, SOME, condition, depth, reader  # noqa: F401
from tests.leads.scoring.models import content, event, rule, rule_out

pytestmark = pytest.mark.django_db

#: Shrinking a model of six rules takes longer than reading it.
FEWER = settings(SOME, max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
GROUPS = [
    ("Who they are", "fit", ""),
    ("Where they are", "fit", 15),
    ("What they do", "engagement", ""),
    ("What they read", "engagement", 25),
]
conditions = condition.filter(lambda value: depth(value) <= 5)
kinds = st.lists(
    st.sampled_from(["download", "call", "page_view", "mail_open", "form"]), min_size=1, max_size=3
)
points = st.integers(-40, 60).filter(bool)
kept = st.fixed_dictionaries(
    {},
    optional={
        "in_last": st.sampled_from([1, 14, 400]),
        "title_contains": st.sampled_from(["oln", "straße", "%"]),
        "since": st.sampled_from(["2026-11-01"]),
    },
).filter(lambda did: not {"in_last", "since"} <= set(did))
fits = st.builds(
    lambda c, p, g: rule("r", c, p, g), conditions, points, st.sampled_from([g for g, *_ in GROUPS])
)
events = st.builds(
    lambda k, p, g, n, did: event("e", k, p, g, n, **did),
    kinds,
    points,
    st.sampled_from(["What they do", "What they read"]),
    st.sampled_from(["", "1", "2"]),
    kept,
)
outs = st.builds(lambda c: rule_out("o", c), conditions)
models = st.builds(
    lambda rows, outs, shape: content(*rows, *outs, groups=GROUPS, **shape),
    st.lists(st.one_of(fits, events), min_size=1, max_size=6),
    st.lists(outs, max_size=1),
    st.fixed_dictionaries(
        {
            "half_life": st.sampled_from(["", "1", "7", "30", "45.5"]),
            "fit_share": st.sampled_from(["0", "33", "50", "100"]),
            "fit_full": st.sampled_from(["30", "100"]),
            "ready_from": st.sampled_from(["1", "20", "60"]),
            "slack": st.sampled_from(["0", "10", "30"]),
            "fit_steps": st.sampled_from(["", "60 30 1"]),
        }
    ),
)


def former_scores(revision):
    """Half of the leads stood somewhere before."""
    ScoreEntry.objects.bulk_create(
        ScoreEntry(
            lead=lead, revision=revision, score=50, fit=50, engagement=50, known=100,
            grade="ABCD"[n % 4] + "1234"[(n // 4) % 4], is_ready=n % 3 == 0, is_ruled_out=False, scored_at=NOW,
        )
        for n, lead in enumerate(Lead.objects.order_by("pk")[:15])
    )  # fmt: skip


def test_both_readings_agree(reader):  # noqa: F811
    segment = create_segment(
        owner=reader, name="Near", condition={"field": "country", "is": ["Köln", "Straße"]}
    )
    subject = create_document(model=ScoringModel, title="Us", by=reader)
    revision = subject.document.revisions.get()
    former_scores(revision)
    was = {
        entry.lead_id: Standing(entry.grade, entry.is_ready) for entry in ScoreEntry.objects.all()
    }

    @given(models, st.booleans())
    @FEWER
    def agree(made, in_segment):
        if in_segment:
            made["rules"][0] |= (
                {"segment": segment.pk} if made["rules"][0]["kind"] != "event" else {}
            )
        opened = open_model(made, now=NOW)
        rows = fetch(opened, Lead.objects.all(), revision=revision.pk)
        assert len(rows) == 30
        by_lead = {row["lead_id"]: row for row in rows}
        for lead in Lead.objects.all():
            one, row = evaluate(opened, lead, was.get(lead.pk)), by_lead[lead.pk]
            plain = {name: getattr(one, name) for name in row if name not in {"lead_id", "points"}}
            assert plain == {name: row[name] for name in plain}, lead.pk
            parts = {
                n: line.parts for n, line in enumerate(one.lines) if line.rule.kind != RULE_OUT
            }
            assert parts == row["points"]

    agree()
