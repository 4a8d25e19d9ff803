"""What one may ask a report. Pages and the API read the address with the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import QueryDict

from campaigns.models import Campaign
from leads.models import AttributeDefinition, Lead
from leads.segments.membership import find_open, membership, open_to
from leads.segments.models import Segment
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.metrics.groups import ATTRIBUTE
from portal.reports.cohort import NARROWING, NOBODY, SEGMENT, Cohort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leads.querysets import LeadQuerySet

#: Parameters that say how to show the answer, not what is asked.
SHOWING = frozenset({"page", "format", "view"})
SOURCES_BY = {"source": "Source", "campaign": "Campaign", "landing_page": "Landing page"}
COMPARE = (("", "No comparison"), ("previous", "The period before"))


class DayInput(forms.DateInput):
    input_type = "date"


class DayField(forms.DateField):
    """A day as ISO 8601 writes it, on pages and in the API alike."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=DayInput(format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": "Write the day like 2026-01-31."},
        )


def grouped_by(choices: Mapping[str, str]) -> forms.ChoiceField:
    """What the rows of a report are, out of a fixed list."""
    return forms.ChoiceField(
        label="By",
        required=False,
        choices=list(choices.items()),
        error_messages={"invalid_choice": f"Group by one of: {', '.join(choices)}."},
    )


class OwnerField(forms.ChoiceField):
    """A colleague by id, ``me`` or ``none``."""

    def __init__(self, user: User) -> None:
        self.me = user.pk
        people = User.objects.permitted(user, "accounts.view_user").values_list("pk", "name")
        fixed = [("", "Every owner"), ("me", "Me"), (NOBODY, "Nobody yet")]
        super().__init__(
            label="Owner",
            required=False,
            choices=lambda: [*fixed, *((str(pk), name) for pk, name in people)],
            error_messages={
                "invalid_choice": "There is no person of this id. Use an id, me or none."
            },
        )

    def clean(self, value: Any) -> str | int:
        chosen = super().clean(value)
        return self.me if chosen == "me" else int(chosen) if chosen.isdecimal() else chosen


class SegmentField(forms.ChoiceField):
    """A segment by its slug; one that the reader may not ask by is unknown."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._rows: list[tuple[str, str]] | None = None
        super().__init__(label="Segment", required=False, choices=self._offered)

    def _offered(self) -> list[tuple[str, str]]:
        """Asked for once, however often the form is drawn."""
        if self._rows is None:
            self._rows = [(row.slug, row.name) for row in open_to(self.user)]
        return [("", "Everybody"), *self._rows]

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> Segment | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return find_open(text, self.user)
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from None


class ReportForm(forms.Form):
    """The filters that every report on leads has. It refuses what it does not know, by name."""

    #: What narrows the records down.
    narrowing: ClassVar[tuple[str, ...]] = NARROWING
    period: ClassVar[tuple[str, str]] = ("Created from", "Created to")

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.fields = {**self.own_fields(), **self._shared_fields()}

    def own_fields(self) -> dict[str, forms.Field]:
        """What only this report may be asked."""
        return {}

    def _shared_fields(self) -> dict[str, forms.Field]:
        chosen: dict[str, Any] = {"required": False, "to_field_name": "slug"}
        campaigns = Campaign.objects.permitted(self.user, "campaigns.view_campaign")
        personas = Persona.objects.permitted(self.user, "personas.view_persona")
        teams = Team.objects.permitted(self.user, "accounts.view_team")
        return {
            "from": DayField(self.period[0]),
            "to": DayField(self.period[1]),
            "compare": forms.ChoiceField(label="Compare with", choices=COMPARE, required=False),
            "source": forms.CharField(label="Source", required=False, max_length=120),
            "campaign": forms.ModelChoiceField(campaigns, empty_label="Every campaign", **chosen),
            "persona": forms.ModelChoiceField(personas, empty_label="Every persona", **chosen),
            "owner": OwnerField(self.user),
            "team": forms.ModelChoiceField(teams, empty_label="Every team", required=False),
            SEGMENT: SegmentField(self.user),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", "The last day lies before the first.")
        elif cleaned.get("compare") and not (first and last):
            self.add_error(
                "compare", "Give a first and a last day, so that there is a period before."
            )
        return cleaned

    def first_fields(self) -> list[forms.BoundField]:
        """What almost everybody asks: the report's own fields and the period."""
        return [field for field in self if field.name not in self.narrowing]

    def more_fields(self) -> list[forms.BoundField]:
        """What narrows the leads down."""
        return [field for field in self if field.name in self.narrowing]

    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.narrowing)

    def problems(self) -> dict[str, list[str]]:
        """Parameter → what is wrong with it; empty when the question can be answered."""
        unknown = sorted(set(self.data) - set(self.fields) - SHOWING)
        wrong = {name: [str(message) for message in found] for name, found in self.errors.items()}
        return wrong | {name: ["This report has no filter of this name."] for name in unknown}

    def cohort(self) -> Cohort:
        asked = self.cleaned_data
        values = {
            "source": asked["source"],
            "campaign": asked["campaign"] and asked["campaign"].slug,
            "persona": asked["persona"] and asked["persona"].slug,
            "owner": asked.get("owner"),
            "team": asked["team"] and asked["team"].pk,
            SEGMENT: asked[SEGMENT] and asked[SEGMENT].slug,
        }
        named = {k: v for k, v in values.items() if v}
        return Cohort(asked["from"], asked["to"], named, self._among(asked[SEGMENT]))

    def _among(self, segment: Segment | None) -> LeadQuerySet | None:
        """The leads of a segment; only those that the reader sees, lest a figure tell of others."""
        if segment is None:
            return None
        return Lead.objects.permitted(self.user, "leads.view_lead").filter(membership(segment))

    def asked(self) -> dict[str, Any]:
        """Every filter and its value in force, as the API tells it; None where none is set."""
        cohort, cleaned = self.cohort(), self.cleaned_data
        answer: dict[str, Any] = {name: cleaned.get(name) or None for name in self.own_fields()}
        answer |= {"from": cohort.first, "to": cohort.last, "compare": cleaned["compare"] or None}
        return answer | {name: cohort.values.get(name) for name in NARROWING if name in self.fields}


class SourcesForm(ReportForm):
    """Sources can be asked by where a lead came from, or by any attribute."""

    def by_label(self) -> str:
        """What people call the grouping in force."""
        by = self.cleaned_data["by"]
        return dict(ByField.offered()).get(by, by)

    def own_fields(self) -> dict[str, forms.Field]:
        return {"by": ByField()}


class ToldForm(ReportForm):
    """What is told can be asked by team or answer, and never by person [R92]."""

    def own_fields(self) -> dict[str, forms.Field]:
        return {"by": TeamOrAnswerField()}

    def _shared_fields(self) -> dict[str, forms.Field]:
        return {name: field for name, field in super()._shared_fields().items() if name != "owner"}


class TeamOrAnswerField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label="By",
            required=False,
            choices=[("team", "Team"), ("answer", "Answer, against tracked sources")],
            error_messages={"invalid_choice": "Group by team or answer."},
        )

    def clean(self, value: Any) -> str:
        return super().clean(value) or "team"


class ByField(forms.ChoiceField):
    """What to group by. A source when nothing is said."""

    def __init__(self) -> None:
        super().__init__(
            label="By",
            required=False,
            choices=self.offered,
            error_messages={
                "invalid_choice": "Group by source, campaign, landing_page or attributes.NAME, "
                "where NAME is an attribute that leads have."
            },
        )

    @staticmethod
    def offered() -> list[tuple[str, str]]:
        attributes = AttributeDefinition.objects.filter(is_filter=True).values_list("name", "label")
        return [*SOURCES_BY.items(), *((f"{ATTRIBUTE}{name}", label) for name, label in attributes)]

    def clean(self, value: Any) -> str:
        return super().clean(value) or "source"
