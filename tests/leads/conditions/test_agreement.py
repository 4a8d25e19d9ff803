"""The two readings of a condition, as SQL over all leads and plainly on one, are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.conditions import parsing
from leads.conditions.asking import read
from leads.models import AttributeDefinition, Lead, Tag, Touchpoint
from tests.factories import make_campaign, make_company, make_lead, make_persona, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
SOME = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = [
    "",
    "Köln",
    "KOLN",
    "koln bonn",
    "Straße",
    "strasse",
    "İzmir",
    "Москва",
    "a%b_c",
    "’q'",
    "Ἀθήνα",
]
DAYS = [-400, -14, -13.9, -1, -0.2, 0, 0.2, 3, 30]
NUMBERS = [0, 1, 5, 5.5, 100, -2]


def world(campaigns, personas, people, teams):
    """Leads that differ in everything that a condition may ask."""
    companies = [
        None,
        make_company("Köln AG", industry="Straße", country="", employees=5, tier="A"),
        make_company("KOLN Bonn", industry="", employees=None, country="Köln"),
    ]
    values = [None, "", "Köln", "koln", 5, 5.5, 0, True, False, "2026-11-10", "2026-11-15", "true"]
    tags = [Tag.objects.create(name=name) for name in ("Fair", "Köln")]
    for index in range(30):
        day = DAYS[index % len(DAYS)]
        lead = make_lead(
            stage="mql" if index % 3 else "sql",
            owner=people[index % 3] if index % 4 else None,
            team=teams[index % 2] if index % 3 else None,
            campaign=campaigns[index % 2] if index % 5 else None,
            persona=personas[0] if index % 2 else None,
            company=companies[index % 3],
            country=TEXTS[index % len(TEXTS)],
            city=TEXTS[(index * 7 + 3) % len(TEXTS)],
            status=["open", "won", "lost"][index % 3],
            created_at=NOW + timedelta(days=day),
            lost_at=NOW + timedelta(days=DAYS[(index * 5) % len(DAYS)]) if index % 3 == 2 else None,
            next_step_on=(NOW + timedelta(days=day)).date() if index % 2 else None,
            attributes={
                name: values[(index * step) % len(values)]
                for name, step in (("words", 1), ("size", 3), ("flag", 5), ("day", 7), ("free", 11))
                if (index + step) % 6
            },
        )
        if index % 3:
            lead.tags.set(tags[: index % 3])
        for n in range(index % 4):
            Touchpoint.objects.create(
                lead=lead,
                kind=["download", "call", "page_view"][(index + n) % 3],
                occurred_at=NOW + timedelta(days=DAYS[(index + n) % len(DAYS)]),
                title=TEXTS[(index + n) % len(TEXTS)],
                url=f"https://example.com/{TEXTS[n]}",
                campaign=campaigns[n % 2] if n else None,
                left_out="burst" if (index + n) % 5 == 0 else "",
            )


@pytest.fixture
def reader(marketer, rep, north, south):
    campaigns = [make_campaign("Spring fair"), make_campaign("Webinar")]
    personas = [make_persona("Head of sales")]
    world(campaigns, personas, [marketer, rep, make_user()], [north, south])
    for name, kind in (("words", "text"), ("size", "number"), ("flag", "boolean"), ("day", "date")):
        AttributeDefinition.objects.create(name=name, label=name, type=kind)
    marketer.teams.add(north)
    return marketer


texts = st.sampled_from([text for text in TEXTS if text] + ["o", "s", "oln", "%", "_"])
text_values = st.one_of(texts, st.lists(texts, min_size=1, max_size=3))
numbers = st.sampled_from(NUMBERS)
iso = st.sampled_from(["2025-10-11", "2026-11-01", "2026-11-10", "2026-11-15", "2026-12-15"])
short = st.sampled_from([1, 2, 14, 400])


def leaf(name, op, values):
    return st.builds(lambda o, v: {"field": name, "op": o, "value": v}, st.sampled_from(op), values)


def blanks(name):
    return leaf(name, ["blank", "not_blank"], st.none())


def dates(name):
    return st.one_of(
        leaf(name, ["in_last", "older_than", "in_next"], short),
        leaf(name, ["on", "before", "after"], iso),
        leaf(name, ["between"], st.lists(iso, min_size=2, max_size=2).map(sorted)),
        blanks(name),
    )


def numeric(name):
    return st.one_of(
        leaf(name, ["is", "is_not", "gt", "gte", "lt", "lte"], numbers),
        leaf(name, ["between"], st.lists(numbers, min_size=2, max_size=2).map(sorted)),
        blanks(name),
    )


TEXT_OPS = ["is", "is_not", "contains", "not_contains", "starts_with"]
text_names = [
    "country",
    "city",
    "company.industry",
    "company.country",
    "attributes.words",
    "attributes.free",
]
words = st.sampled_from(text_names).flatmap(
    lambda n: st.one_of(leaf(n, TEXT_OPS, text_values), blanks(n))
)
keys = st.one_of(
    leaf("email", TEXT_OPS, st.sampled_from(["lea", "LEA1@buyer1.example", "buyer2", "x"])),
    leaf("status", ["is", "is_not"], st.sampled_from(["open", ["won", "lost"]])),
    leaf("company.tier", ["is", "is_not"], st.just("A")),
    leaf("attributes.flag", ["is"], st.booleans()),
    leaf("attributes.free", ["is"], st.one_of(numbers, st.booleans())),
    st.sampled_from(["status", "company.tier", "attributes.flag", "email"]).flatmap(blanks),
)
references = st.one_of(
    leaf("owner", ["is", "is_not"], st.just("me")),
    leaf("team", ["is", "is_not"], st.just("mine")),
    leaf(
        "campaign", ["is", "is_not"], st.sampled_from(["spring-fair", ["spring-fair", "webinar"]])
    ),
    leaf("persona", ["is", "is_not"], st.just("head-of-sales")),
    leaf("tag", ["is", "is_not"], st.sampled_from(["fair", "Fair", ["Fair", "Köln"]])),
    leaf("stage", ["is", "is_not"], st.sampled_from(["mql", ["mql", "sql"]])),
    st.sampled_from(["owner", "team", "campaign", "persona", "stage", "tag"]).flatmap(blanks),
)
window = st.one_of(
    st.just({}),
    short.map(lambda days: {"in_last": days}),
    st.lists(iso, min_size=2, max_size=2).map(sorted).map(lambda p: {"since": p[0], "until": p[1]}),
)
did = st.builds(
    lambda key, kinds, span, more: {key: kinds, **span, **more},
    st.sampled_from(["did", "did_not"]),
    st.sampled_from([["anything"], ["download"], ["call", "page_view"]]),
    window,
    st.fixed_dictionaries(
        {},
        optional={
            "title_contains": texts,
            "url_contains": texts,
            "at_least": st.sampled_from([1, 2, 3]),
            "campaign": st.just("webinar"),
        },
    ),
)
single = st.one_of(
    words,
    keys,
    references,
    did,
    numeric("company.employees"),
    numeric("attributes.size"),
    st.sampled_from(["created_at", "lost_at", "next_step_on", "attributes.day"]).flatmap(dates),
)
condition = st.recursive(
    single,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)


def depth(value):
    inner = value.get("all") or value.get("any") or ([value["not"]] if "not" in value else [])
    return 1 + max(map(depth, inner), default=0)


@SOME
@given(value=condition.filter(lambda value: depth(value) <= 5))
def test_sql_and_plain_evaluation_find_the_same_leads(reader, value):
    asked = read(value, reader, now=NOW)
    by_sql = set(Lead.objects.filter(asked.q).values_list("pk", flat=True))
    leads = Lead.objects.select_related("company").prefetch_related("touchpoints")

    assert by_sql == {lead.pk for lead in leads if asked.judge(lead).matches}
    assert asked.sentence


@SOME
@given(value=condition.filter(lambda value: depth(value) <= 5))
def test_a_condition_survives_being_written_down(reader, value):
    asked = read(value, reader, now=NOW)

    assert parsing.to_json(read(asked.json, reader, now=NOW).node) == asked.json
    assert read(asked.text, reader, now=NOW).json == asked.json
    assert read(parsing.to_base64(asked.node), reader, now=NOW).json == asked.json


@SOME
@given(value=single)
def test_nothing_is_found_by_a_condition_and_by_its_opposite(reader, value):
    met = read(value, reader, now=NOW).q
    unmet = read({"not": value}, reader, now=NOW).q

    assert not Lead.objects.filter(met).filter(unmet).exists()
