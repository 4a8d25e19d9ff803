"""The agreed definition becomes the stages in use [R1, R2]."""

from __future__ import annotations

import pytest

from portal.core.errors import RuleViolation
from portal.documents import services as documents
from portal.funnel import services
from portal.funnel.defaults import CONTENT
from portal.funnel.models import FunnelDefinition, Stage
from tests.factories import agree, make_funnel

pytestmark = pytest.mark.django_db

STAGES = CONTENT["stages"]


def without(*keys):
    return [stage for stage in STAGES if stage["key"] not in keys]


def changed(which, /, **parts):
    return [stage | parts if stage["key"] == which else stage for stage in STAGES]


def slugs():
    return list(Stage.objects.active().values_list("slug", flat=True))


def test_a_fresh_database_has_the_usual_stages():
    assert slugs() == ["lead", "mql", "sal", "sql", "opportunity", "customer"]
    assert not Stage.objects.exclude(revision=None).exists()
    assert services.current_definition() == (None, None)


def test_a_draft_changes_no_stage(marketing_manager):
    make_funnel(stages=changed("mql", name="Hot lead"))

    assert Stage.objects.get(slug="mql").name == "MQL"


def test_the_agreed_definition_rules(marketing_manager, sales_manager, django_assert_num_queries):
    funnel = make_funnel(stages=changed("mql", name="Hot lead", longest_stay="10"), agreed=True)

    mql = Stage.objects.get(slug="mql")
    assert (mql.name, mql.longest_stay_days, mql.owner_department) == ("Hot lead", 10, "marketing")
    assert mql.revision == funnel.document.in_force
    with django_assert_num_queries(1):
        definition, revision = services.current_definition()
    assert (definition, revision) == (funnel, funnel.document.in_force)


def test_a_dropped_stage_becomes_inactive_and_can_come_back(marketing_manager, sales_manager):
    ids = dict(Stage.objects.values_list("slug", "pk"))
    funnel = make_funnel(stages=without("sal"), agreed=True)
    assert slugs() == ["lead", "mql", "sql", "opportunity", "customer"]
    assert Stage.objects.get(slug="sal").is_active is False

    draft = documents.start_draft(subject=funnel, by=marketing_manager)
    documents.edit_draft(
        subject=funnel, revision=draft, changes={"stages": STAGES}, by=marketing_manager
    )
    draft.refresh_from_db()
    agree(funnel, draft)

    assert slugs() == ["lead", "mql", "sal", "sql", "opportunity", "customer"]
    assert dict(Stage.objects.values_list("slug", "pk")) == ids


def test_two_stages_of_one_kind_stand_in_their_order(marketing_manager, sales_manager):
    second = STAGES[3] | {"key": "demo", "name": "Demonstration", "id": "demo"}
    make_funnel(stages=[*STAGES[:4], second, *STAGES[4:]], agreed=True)

    assert slugs() == ["lead", "mql", "sal", "sql", "demo", "opportunity", "customer"]


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        (changed("mql", key="Hot lead"), "lower-case"),
        (changed("mql", key="lead"), "stands twice|has stood for"),
        (changed("mql", name="lead"), "stands twice"),
        (changed("mql", kind=""), "standard term"),
        (changed("mql", kind="lead"), "has stood for"),
        (without("customer"), "needs a stage"),
        (without("lead"), "needs a stage"),
        ([STAGES[1], STAGES[0], *STAGES[2:]], "do not follow the order"),
    ],
)
def test_a_definition_that_is_no_funnel_cannot_be_proposed(stages, sentence, marketing_manager):
    funnel = make_funnel(stages=stages)

    with pytest.raises(RuleViolation, match=sentence):
        documents.propose(subject=funnel, revision=funnel.drafts[0], by=marketing_manager)


def test_the_company_counts_by_one_definition(marketing_manager, sales_manager):
    one, two = make_funnel("One"), make_funnel("Two")
    for subject in (one, two):
        documents.propose(subject=subject, revision=subject.drafts[0], by=marketing_manager)
        documents.sign(subject=subject, revision=subject.proposal, by=marketing_manager)
    documents.sign(subject=one, revision=one.proposal, by=sales_manager)

    with pytest.raises(RuleViolation, match="one funnel for the company"):
        documents.sign(subject=two, revision=two.proposal, by=sales_manager)
    with pytest.raises(RuleViolation, match="one funnel for the company"):
        agree(make_funnel("Three"))
    assert services.current_definition()[0] == one


def test_the_default_definition_is_made_once_and_can_be_agreed(marketing_manager, sales_manager):
    first = services.ensure_default_funnel(by=marketing_manager)

    assert services.ensure_default_funnel(by=sales_manager) == first
    assert FunnelDefinition.objects.count() == 1
    agree(first)
    assert len(slugs()) == 6
