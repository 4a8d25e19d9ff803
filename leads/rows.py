"""The rows of the list as HTML, made in one pass: a page of fifty leads has hundreds of cells, and a
template tag for each would cost more than all the rest of the page.

Everything that comes from data is escaped here, cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.accounts.policy import MASK
from portal.core.formatting import (
    DASH,
    day_distance,
    day_text,
    number_text,
)
from portal.core.marks import moment_mark
from portal.core.templatetags.portal_ui import badge, status

if TYPE_CHECKING:
    from leads.columns import Column
    from leads.models import Lead

NOTHING = f'<span class="sub none">{DASH}</span>'
NOBODY = '<span class="sub">Nobody yet</span>'
HIDDEN = f'<span class="sub" title="Hidden for your role">{MASK}</span>'


class RowWriter:
    """Writes the rows of one page; what repeats from row to row is made once."""

    def __init__(
        self, columns: Sequence[Column], hidden: frozenset[str], *, may_tick: bool
    ) -> None:
        self.hides_names = "full_name" in hidden
        self.may_tick = may_tick
        self.now, self.today = timezone.now(), timezone.localdate()
        self.zone = timezone.get_current_timezone()
        self.made: dict[Any, str] = {}
        self.columns = [
            (
                f'<td data-label="{escape(column.label)}">',
                column.value,
                self._hidden if column.is_hidden(hidden) else self._drawer(column.kind),
            )
            for column in columns
        ]

    def rows(self, leads: Iterable[Lead]) -> SafeString:
        return mark_safe("".join(map(self.row, leads)))  # noqa: S308 (every part is escaped below)

    def row(self, lead: Lead) -> str:
        pk = lead.pk
        name = f"Lead {pk}" if self.hides_names else escape(str(lead))
        tick = (
            f'<td class="tick"><input type="checkbox" name="ids" value="{pk}" form="bulk" '
            f'aria-label="Select {name}"></td>'
            if self.may_tick
            else ""
        )
        company = f'<span class="sub">{escape(lead.company.name)}</span>' if lead.company else ""
        cells = "".join(
            f"{head}{draw(value(lead), lead)}</td>" for head, value, draw in self.columns
        )
        return (
            f'<tr id="lead-row-{pk}">{tick}<td><a class="row-link" href="/leads/{pk}/" '
            f'hx-get="/leads/{pk}/drawer/" hx-target="#drawer-body" hx-swap="innerHTML">{name}</a>'
            f"{company}</td>{cells}</tr>"
        )

    # --- cells -----------------------------------------------------------------------------------
    def _drawer(self, kind: str) -> Callable[[Any, Lead], str]:
        return getattr(self, f"_{kind}", self._text)

    def _hidden(self, value: Any, lead: Lead) -> str:
        return NOTHING if value in (None, "") else HIDDEN

    def _text(self, value: Any, lead: Lead) -> str:
        return escape(str(value)) if value not in (None, "") else NOTHING

    def _person(self, value: Any, lead: Lead) -> str:
        return NOBODY if value is None else self._once(("person", value.pk), str, value)

    def _number(self, value: Any, lead: Lead) -> str:
        return NOTHING if value is None else escape(number_text(value))

    def _link(self, value: Any, lead: Lead) -> str:
        return NOTHING if value is None else self._once((type(value), value.pk), _linked, value)

    def _stage(self, value: Any, lead: Lead) -> str:
        key = ("stage", value.pk, lead.status)
        if key not in self.made:
            if lead.status == "open":
                self.made[key] = badge(value.name, "neutral")
            else:
                after = f'<span class="sub">{escape(value.name)}</span>'
                self.made[key] = f"{status(lead.get_status_display())}{after}"
        return self.made[key]

    def _tags(self, value: Any, lead: Lead) -> str:
        return " ".join(badge(tag.name, "neutral") for tag in value) or NOTHING

    def _moment(self, value: datetime | None, lead: Lead) -> str:
        if value is None:
            return NOTHING
        return moment_mark(value, self.now, self.zone)

    def _day(self, value: date | None, lead: Lead) -> str:
        if value is None:
            return NOTHING
        is_late = value < self.today and lead.status == "open"
        shown = self._once(("day", value), self._dated, value)
        return f"{badge('Overdue', 'warn')} {shown}" if is_late else shown

    def _dated(self, value: date) -> SafeString:
        title = escape(day_distance(value, self.today))
        shown = escape(day_text(value, self.today))
        return mark_safe(  # noqa: S308 (both parts are escaped)
            f'<time datetime="{value.isoformat()}" title="{title}">{shown}</time>'
        )

    def _once(self, key: Any, draw: Callable[[Any], str], value: Any) -> str:
        if key not in self.made:
            drawn = draw(value)
            self.made[key] = drawn if isinstance(drawn, SafeString) else escape(drawn)
        return self.made[key]


def _linked(value: Any) -> SafeString:
    return mark_safe(  # noqa: S308 (both parts are escaped)
        f'<a href="{escape(value.get_absolute_url())}">{escape(str(value))}</a>'
    )
