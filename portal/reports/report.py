"""What a report is: a question, a form that narrows it, a function that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.reports.forms import ReportForm
from portal.reports.table import ReportTable


@dataclass(frozen=True, slots=True)
class Report:
    """``build`` takes a form of the kind ``form`` that has no problems."""

    name: str
    title: str
    question: str
    icon: str
    form: type[ReportForm]
    build: Callable[[Any], ReportTable]
    #: What it counts, and where one looks for more of it.
    noun: str = "leads"

    def get_absolute_url(self) -> str:
        return reverse("reports:report-detail", args=[self.name])
