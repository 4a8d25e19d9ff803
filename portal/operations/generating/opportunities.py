"""Possible sales: they begin when a lead comes so far, and end as the lead did."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from campaigns.competitors.services import competitors_named
from leads.opportunities.capture import products_named
from leads.opportunities.models import Opportunity, OpportunityChange, OpportunityStage, Status
from portal.operations.generating import words
from portal.operations.generating.chance import Weighted, days_long
from portal.operations.generating.loading import SLICE, Loader

COLUMNS = (
    "id", "external_id", "name", "lead_id", "company_id", "owner_id", "team_id", "product_id", "campaign_id",
    "source", "amount", "currency", "stage_id", "stage_entered_at", "status", "expected_close_on", "closed_at",
    "lost_reason", "outcome_to", "competitor_id", "won_reason", "persona_id", "created_at", "updated_at",
)  # fmt: skip
CHANGE_COLUMNS = ("id", "opportunity_id", "kind", "from_stage_id", "to_stage_id", "at", "by_id")
MET_COLUMNS = ("id", "opportunity_id", "competitor_id")
#: Share of the sales in which somebody else took part.
MET = 0.4
CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Sale:
    """What an opportunity takes from its lead: whose it is, where it came from, how it ended."""

    lead: int
    company: int
    company_name: str
    owner: int | None
    team: int
    campaign: int | None
    source: str
    persona: int | None
    began_at: datetime
    status: str
    closed_at: datetime | None


class Market:
    """What is sold, who else sells, and how an opportunity is drawn."""

    def __init__(self, chance: random.Random, *, now: datetime) -> None:
        self.chance, self.now = chance, now
        products = products_named(name for name, _, _ in words.PRODUCTS)
        self.products = Weighted(
            chance,
            [((products[name].pk, price), weight) for name, price, weight in words.PRODUCTS],
        )
        self.rivals = sorted(row.pk for row in competitors_named(words.COMPETITORS).values())
        self.lost_to = Weighted(chance, words.LOST_TO)
        self.reasons = Weighted(chance, words.LOST_REASONS)
        stages = list(OpportunityStage.objects.active())
        self.open = [stage for stage in stages if stage.is_open]
        self.ends = {stage.status: stage for stage in stages if not stage.is_open}

    def opportunity(self, pk: int, sale: Sale) -> tuple[list[Any], list[list[Any]]]:
        """The row, and what happened to it: (kind, from, to, moment) each."""
        chance = self.chance
        (product, price), stage = self.products.draw(1)[0], chance.choice(self.open)
        amount = Decimal(price) * chance.choice((1, 1, 1, 2, 2, 3, 5, 10))
        entered = min(self.now, sale.began_at + days_long(chance, 8))
        due = entered.date() + timedelta(days=chance.randrange(5, 90))
        moves = [["opened", None, self.open[0].pk, sale.began_at]]
        if stage is not self.open[0]:
            moves.append(["moved", self.open[0].pk, stage.pk, entered])
        lost_reason = outcome = won_reason = ""
        rival, persona = None, None
        if sale.closed_at is not None:
            moves[1:] = [[sale.status, self.open[0].pk, self.ends[sale.status].pk, sale.closed_at]]
            stage, entered, persona = self.ends[sale.status], sale.closed_at, sale.persona
            if sale.status == Status.LOST:
                outcome, lost_reason = self.lost_to.draw(1)[0], self.reasons.draw(1)[0]
                rival = chance.choice(self.rivals) if outcome == "competitor" else None
            else:
                won_reason = chance.choice(words.WON_REASONS)
        return [
            pk, f"GO-{pk}", f"{sale.company_name}: {amount:,.0f}"[:200], sale.lead, sale.company, sale.owner,
            sale.team, product, sale.campaign, sale.source, amount, CURRENCY, stage.pk, entered, sale.status,
            due, sale.closed_at, lost_reason, outcome, rival, won_reason, persona, sale.began_at, entered,
        ], moves  # fmt: skip


def make_opportunities(
    chance: random.Random, sales: Sequence[Sale], number: int, *, now: datetime
) -> int:
    """Write ``number`` opportunities over the leads that came so far, several of one where need be."""
    if not sales or not number:
        return 0
    market = Market(chance, now=now)
    loaders = (
        Loader(Opportunity, COLUMNS),
        Loader(OpportunityChange, CHANGE_COLUMNS),
        Loader(Opportunity.competitors.through, MET_COLUMNS),
    )
    chosen = chance.sample(sales, number) if number < len(sales) else sales
    drawn = (chosen[at % len(chosen)] for at in range(number))
    keys = [loader.first for loader in loaders]
    written = 0
    while slice_ := _slice(market, drawn, keys):
        for loader, rows in zip(loaders, slice_, strict=True):
            loader.write(rows)
        written += len(slice_[0])
    for loader in loaders:
        loader.finish()
    return written


def _slice(market: Market, sales: Iterator[Sale], keys: list[int]) -> list[list[list[Any]]]:
    """The next opportunities, their changes and whom they met; empty at the end. Moves ``keys`` on."""
    made: list[list[list[Any]]] = [[], [], []]
    for sale in sales:
        row, moves = market.opportunity(keys[0], sale)
        made[0].append(row)
        for kind, before, to, at in moves:
            made[1].append([keys[1], keys[0], kind, before, to, at, sale.owner])
            keys[1] += 1
        rival = row[COLUMNS.index("competitor_id")]
        if rival is not None or market.chance.random() < MET:
            made[2].append([keys[2], keys[0], rival or market.chance.choice(market.rivals)])
            keys[2] += 1
        keys[0] += 1
        if len(made[0]) == SLICE:
            break
    return made if made[0] else []
