"""Sample data for the gallery: every component in every state, with nobody's real data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from portal.core.charts import (
    Chart,
    FunnelStep,
    Series,
    bar_chart,
    funnel_chart,
    hbar_chart,
    heat_table,
    line_chart,
    sparkline,
    stacked_chart,
)

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
QUARTERS = ["Q3", "Q4", "Q1", "Q2"]


@dataclass(frozen=True, slots=True)
class Somebody:
    """Looks like a person to the tags."""

    pk: int
    name: str
    department: str

    def __str__(self) -> str:
        return self.name


MIRA = Somebody(1, "Mira Halloran", "marketing")
SAMIR = Somebody(2, "Samir Oyelaran", "sales")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", max_length=80, help_text="As people will look for it.")
    mail = forms.EmailField(label="E-mail", required=False)
    stage = forms.ChoiceField(label="Stage", choices=[("mql", "MQL"), ("sql", "SQL")])
    starts_on = forms.DateField(label="Starts on", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label="Ends on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    channel = forms.ChoiceField(
        label="Channel",
        choices=[("mail", "E-mail"), ("call", "Call"), ("event", "Event")],
        widget=forms.RadioSelect,
    )
    markets = forms.MultipleChoiceField(
        label="Markets",
        choices=[("de", "Germany"), ("nl", "Netherlands"), ("in", "India")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    brief = forms.FileField(label="Attachment", required=False)
    is_shared = forms.BooleanField(
        label="Show this to both teams", required=False, help_text="Everybody sees it at once."
    )


def sample_charts() -> list[Chart]:
    """One of each kind, and one without numbers."""
    accepted = Series("Accepted", [82, 80, 84, 79, 74, 71], kind="sales")
    offered = Series("Offered", [91, 96, 88, 104, 98, 110], kind="marketing")
    sources = [
        Series("Marketing", [120, 140, 155, 171], kind="marketing"),
        Series("Sales", [210, 190, 204, 188], kind="sales"),
        Series("Together", [30, 44, 61, 82], kind="joint"),
    ]
    return [
        bar_chart(
            "Acceptance fell to 71 % in June",
            MONTHS,
            [accepted],
            unit="%",
            x_label="Month",
            y_label="Accepted",
        ),
        line_chart(
            "Marketing offers more, sales accepts less",
            MONTHS,
            [offered, Series("Accepted", [75, 77, 74, None, 73, 78], kind="sales")],
            x_label="Month",
            y_label="Leads",
        ),
        stacked_chart(
            "Joint deals grow each quarter",
            QUARTERS,
            sources,
            unit="€",
            x_label="Quarter",
            y_label="Pipeline in thousands",
        ),
        hbar_chart(
            "Referrals win most often",
            ["Referral", "Webinar", "Trade fair", "Paid search", "Bought list"],
            [Series("Win rate", [41, 28, 24.5, 12, 3])],
            unit="%",
            axes=("Source", "Win rate"),
            links=["/gallery/#charts"] * 5,
        ),
        funnel_chart(
            "Most leads are lost between MQL and SQL",
            [
                FunnelStep("Leads", 1840),
                FunnelStep("MQL", 760),
                FunnelStep("SQL", 212),
                FunnelStep("Opportunities", 140),
                FunnelStep("Won", 38),
            ],
        ),
        heat_table(
            "Plant managers have nothing for scoping",
            ["Learning", "Scoping", "Selection"],
            [("Plant manager", [8, 0, 3]), ("Buyer", [2, 5, 9]), ("Founder", [4, 3, None])],
            row_label="Persona",
        ),
        bar_chart("Nothing was sent this month", MONTHS, [Series("Sent", [None] * 6)]),
    ]


def _timeline(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "icon": "phone",
            "text": "Called, asked for a quote",
            "actor": SAMIR,
            "at": now - timedelta(minutes=12),
            "side": "sales",
        },
        {
            "icon": "mail-open",
            "text": "Opened the webinar invitation",
            "actor": "",
            "at": now - timedelta(hours=5),
            "side": "marketing",
            "url": "#timeline",
        },
        {
            "icon": "handshake",
            "text": "Handoff accepted",
            "actor": SAMIR,
            "at": now - timedelta(days=2),
            "side": "joint",
            "detail": "Meets all five criteria.",
        },
        {
            "icon": "user-plus",
            "text": "Created by import",
            "actor": MIRA,
            "at": now - timedelta(days=40),
        },
    ]


def sample_context() -> dict[str, Any]:
    """Everything the gallery page shows."""
    now = timezone.now()
    wrong = SampleForm({"name": "", "mail": "not an address", "stage": "x", "channel": "fax"})
    return {
        "now": now,
        "people": {"mira": MIRA, "samir": SAMIR},
        "kinds": ["neutral", "marketing", "sales", "joint", "good", "warn", "bad", "info"],
        "states": ["Draft", "In review", "Agreed", "Open", "Planned", "Declined", "Won", "Lost"],
        "form": SampleForm(initial={"notes": "**Three** reasons", "channel": "call"}),
        "wrong": wrong,
        "charts": sample_charts(),
        "spark": sparkline([3, 5, 4, 6, 9, 8, 11], label="Leads a week, rising from 3 to 11"),
        "tabs": [
            {"label": "Mine", "url": "#tabs", "active": True, "count": 12},
            {"label": "My team’s", "url": "#tabs", "active": False, "count": 48},
            {"label": "Without an owner", "url": "#tabs", "active": False, "count": None},
        ],
        "chips": [
            {"label": "Stage is", "value": "MQL", "remove_url": "#chips"},
            {"label": "Score at least", "value": "60", "remove_url": "#chips"},
        ],
        "page": SimpleNamespace(
            previous=None, next="#pages", start=1, end=50, total=43000, total_is_estimate=True
        ),
        "entries": _timeline(now),
        "rows": [
            ("Ada Okafor", "Northwind Tools", MIRA, "MQL", 82, 12400),
            ("Bruno Castellanos", "Hallstatt Optics", SAMIR, "SQL", 74, 98000),
            ("Chiara Lindqvist", "Velder & Sons", None, "Lead", 31, None),
        ],
        "facts": [("Company", "Northwind Tools"), ("Source", "Webinar, May"), ("Phone", "")],
        "conflicts": [
            {
                "label": "Essence",
                "name": "essence",
                "mine": "Runs a plant and hates downtime.",
                "theirs": "Runs two plants and hates surprises.",
                "by": MIRA,
                "at": now - timedelta(minutes=4),
            },
        ],
        "changes": [
            {
                "label": "Essence",
                "old": "Runs a plant and hates downtime.",
                "new": "Runs two plants and hates unplanned downtime.",
            },
            {"label": "Role", "old": "Decider", "new": "Decider"},
        ],
        "prose": PROSE,
        "due": now.date() + timedelta(days=3),
    }


PROSE = """Buyers ask **three** things, in this order:

1. How long does it run *without us*?
2. Who answers at night?
3. What does a [stop](https://example.com/) cost?

> “We bought it because your engineer picked up the phone.”

- [x] Heard in a call
- [ ] Confirmed by survey

| Objection | Answer |
| --- | --: |
| Too dear | 14 months |
"""
