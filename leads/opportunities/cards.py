"""The cards of the board as HTML, made in one pass: it shows a hundred of them, and their template tags
would take longer than all the rest of the page. Everything that comes from data is escaped here.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from django.middleware.csrf import get_token
from django.utils.safestring import SafeString, mark_safe

from portal.core.formatting import money_text
from portal.core.icons import icon_svg
from portal.core.templatetags.portal_ui import badge, modal

if TYPE_CHECKING:
    from leads.opportunities.models import Opportunity, OpportunityStage
    from leads.opportunities.presenting import BoardColumn, Row
    from portal.accounts.requests import PortalRequest

NOBODY = "Nobody yet"


class CardWriter:
    """Writes the cards of one board. ``moved`` is the card that gets the focus, ``here`` the address to
    which a card that is moved leads back."""

    def __init__(
        self, request: PortalRequest, *, closable: set[int], moved: int | None, here: str
    ) -> None:
        self.closable, self.moved = closable, moved
        self.may_move = request.user.may("opportunities.move_opportunity")
        self.sent = (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
            f'<input type="hidden" name="board" value="{escape(here)}">'
        )
        self.overdue = f" {badge('Next step overdue', 'warn')}"
        self.back, self.on = icon_svg("arrow-left"), icon_svg("arrow-right")

    def cards(self, column: BoardColumn) -> SafeString:
        cards = (self._card(row, column) for row in column.rows)
        return mark_safe("\n".join(cards))  # noqa: S308 (every part is escaped below)

    def _card(self, row: Row, column: BoardColumn) -> str:
        card, at = row.opportunity, row.opportunity.get_absolute_url()
        name, subtitle = escape(str(card)), card.subtitle
        focus = " data-focus" if card.pk == self.moved else ""
        below = f'<span class="sub">{escape(subtitle)}</span>' if subtitle else ""
        age = badge(row.age.short, row.age.kind) if row.age else ""
        draggable = ' draggable="true"' if self.may_move else ""
        return (
            f'<li id="card-{card.pk}" class="board-card"{draggable} data-card>'
            f'<div><a class="row-link" href="{at}"{focus}>{name}</a>{below}</div>'
            f'<div class="split"><span class="strong">{escape(money_text(card.amount, card.currency))}</span>'
            f'<span class="sub">{escape(card.owner_label or NOBODY)}</span></div>'
            f"<div>{age}{self.overdue if card.has_overdue_step else ''}</div>"
            f"{self._moving(card, at, name, column) if self.may_move else ''}</li>"
        )

    def _moving(self, card: Opportunity, at: str, name: str, column: BoardColumn) -> str:
        """One step back, one step on, and the end."""
        back = f"Move {name} back to", "Back to", self.back
        on = f"Move {name} on to", "On to", self.on
        return (
            f'<form class="btn-row" method="post" action="{at}stage/" hx-post="{at}stage/" '
            f'hx-target="#opportunity-board" hx-swap="outerHTML" data-once data-move>{self.sent}'
            f'<input type="hidden" name="seen" value="{escape(column.stage.slug)}">'
            f"{_step(column.before, *back)} {_step(column.after, *on)} {self._closing(card, at, name)}</form>"
        )

    def _closing(self, card: Opportunity, at: str, name: str) -> str:
        if card.pk not in self.closable:
            return ""
        opening = modal(at, "close/")
        return (
            f'<a class="btn small" href="{at}close/" {opening} aria-label="Close {name}">Close</a>'
        )


def _step(stage: OpportunityStage | None, label: str, title: str, icon: str) -> str:
    if stage is None:
        return ""
    to = escape(str(stage))
    return (
        f'<button class="btn small icon-only" name="stage" value="{escape(stage.slug)}" '
        f'aria-label="{label} {to}" title="{title} {to}">{icon}</button>'
    )
