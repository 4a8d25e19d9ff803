"""Records that another system had merged: rows stay out, and whoever names an old id finds the person."""

from __future__ import annotations

import pytest

from leads.former import leads_named
from leads.intake import services
from leads.models import FormerKey, Lead
from tests.factories import csv_of, make_import
from tests.leads.intake.test_kinds import counts
from tests.leads.intake.test_undo import nothing, undo

pytestmark = pytest.mark.django_db
CONTACTS = csv_of(
    "hs_object_id,email,hs_merged_object_ids",
    "1,a@x.example,2;3:1700000000000", "2,b@x.example,9", "4,d@x.example,", "5,e@x.example,4",
)  # fmt: skip


@pytest.fixture
def contacts(stages):
    run = make_import(CONTACTS)
    mapping = services.propose_mapping(run=run, by=None).mapping
    run = services.save_mapping(run=run, mapping=mapping, by=None)
    run = services.begin_import(run=run, by=None)
    return services.apply_rows(run=run, by=None, checkpoint=nothing)


def test_old_ids_lead_to_the_person_also_across_two_merges(contacts, bring):
    assert (contacts.created, contacts.rejected) == (2, 2)

    deals = bring(
        "opportunities", ("external_id", "lead.external_id"), "d2,2", "d3,3", "d4,4", "d9,9", "d8,8"
    )

    assert counts(deals) == (4, 0, 0, 0, 1)
    kept = Lead.objects.get(external_id="1")
    assert set(kept.opportunities.values_list("external_id", flat=True)) == {"d2", "d3", "d9"}


def test_a_person_of_today_is_never_given_to_another(stages, bring):
    bring("leads", ("external_id", "email"), "2,b@x.example")
    run = make_import(CONTACTS)
    mapping = services.propose_mapping(run=run, by=None).mapping
    run = services.save_mapping(run=run, mapping=mapping, by=None)
    services.apply_rows(run=services.begin_import(run=run, by=None), by=None, checkpoint=nothing)

    old = Lead.objects.get(external_id="2")
    assert leads_named(Lead.objects.all(), FormerKey.Kind.EXTERNAL_ID, ["2"]) == {"2": old.pk}


def test_taking_the_file_back_forgets_the_old_ids(contacts):
    assert FormerKey.objects.count() == 4

    told = undo(contacts)

    assert (told["deleted"], len(told["kept"])) == (2, 0)
    assert not FormerKey.objects.exists()
