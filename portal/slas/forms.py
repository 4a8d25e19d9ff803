"""A calendar as people write it: one line of hours a weekday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast
from zoneinfo import available_timezones

from django import forms
from django_countries import countries

from portal.slas.calendars import known_countries, weekday_texts
from portal.slas.clock import Span, minute_text, parse_spans
from portal.slas.examples import WEEKDAYS
from portal.slas.models import Calendar, Holiday

if TYPE_CHECKING:
    from django.http import QueryDict

DAYS = tuple(day.lower() for day in WEEKDAYS)


class HoursField(forms.CharField):
    """ "09:00-12:30, 13:30-17:30" in minutes; empty is closed."""

    def clean(self, value: Any) -> tuple[Span, ...]:
        text = super().clean(value)
        try:
            return parse_spans(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def _hours() -> HoursField:
    return HoursField(
        required=False,
        max_length=120,
        help_text="For example 09:00-12:30, 13:30-17:30. Empty is closed.",
        widget=forms.TextInput(attrs={"size": 40}),
    )


def zone_choices() -> list[tuple[str, str]]:
    zones = sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


def country_choices() -> list[tuple[str, str]]:
    """Countries whose public holidays are known, by name."""
    names = [(code, countries.name(code) or code) for code in known_countries()]
    return [("", "None: only the days listed below"), *sorted(names, key=lambda pair: pair[1])]


class CalendarForm(forms.ModelForm):
    """Refuses a stale edit with both values, and a calendar that is never open."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(choices=zone_choices)
    monday = _hours()
    tuesday = _hours()
    wednesday = _hours()
    thursday = _hours()
    friday = _hours()
    saturday = _hours()
    sunday = _hours()
    country = forms.ChoiceField(choices=country_choices, required=False, label="Public holidays of")

    class Meta:
        model = Calendar
        fields: ClassVar = ["name", "time_zone", "country", "subdivision"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for day, (_, text) in zip(DAYS, weekday_texts(self.instance), strict=True):
            self.initial[day] = text

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._check_region(given)
        hours = {str(index): given.get(day) or () for index, day in enumerate(DAYS)}
        if not any(hours.values()) and not any(day in self.errors for day in DAYS):
            raise forms.ValidationError(
                "A calendar needs opening hours on at least one day; without them nothing falls due."
            )
        self.instance.hours = {
            day: [[minute_text(a), minute_text(b)] for a, b in spans]
            for day, spans in hours.items()
            if spans
        }
        self._check_fresh(given)
        return given

    def _check_region(self, given: dict[str, Any]) -> None:
        region = (given.get("subdivision") or "").strip().upper()
        given["subdivision"] = region
        known = known_countries().get(given.get("country") or "", [])
        if region and region not in known:
            choice = ", ".join(known) or "none"
            self.add_error("subdivision", f"No such state or region. Known here: {choice}.")

    def _check_fresh(self, given: dict[str, Any]) -> None:
        if self.instance.pk is None:
            return
        stored = Calendar.objects.get(pk=self.instance.pk)
        if given.get("version") == stored.version:
            return
        theirs = [f"{day} {text or 'closed'}" for day, text in weekday_texts(stored)]
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(stored.version)
        self.data = data
        raise forms.ValidationError(
            f"Somebody else saved this calendar while you were writing. Stored now: {stored.name}, "
            f"{stored.time_zone}; {'; '.join(theirs)}. Yours is below and not saved yet: change "
            "what you want to take over, then save again."
        )


class HolidayForm(forms.ModelForm):
    class Meta:
        model = Holiday
        fields: ClassVar = ["on", "name"]
        widgets: ClassVar = {"on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
