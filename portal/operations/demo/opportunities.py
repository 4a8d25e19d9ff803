"""What the demonstration company sells, to whom it lost, and how its sales went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.competitors.models import Competitor
from campaigns.competitors.services import competitors_named
from leads.opportunities import services
from leads.opportunities.models import Opportunity, OpportunityStage, Product
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.models import Lead
    from portal.accounts.models import User

#: Name and yearly price.
PRODUCTS = [("Shift Planner", 4800), ("Shift Planner Plus", 9600), ("Wall View", 1900)]
#: Name, website, what one should know.
COMPETITORS = [
    ("TransPlan", "https://transplan.example", "Strong in large fleets; set-up takes four months."),
    ("RouteWise", "https://routewise.example", "Cheap entry, charges for every depot."),
    ("Depot Desk", "", "Sold together with vehicles."),
]
PERSUADED = [
    "The shift leads saw it running on their own wall",
    "Set up in a week, before the season",
    "The reference from Norte Haulage",
    "One price for all depots",
]
#: To whom, why.
LOST = [
    ("competitor", "TransPlan came with the telematics they have"),
    ("competitor", "RouteWise was cheaper for one depot"),
    ("no_decision", "Stays with the whiteboard for another year"),
    ("no_decision", "The new operations head put everything on hold"),
    ("in_house", "Their own IT builds it"),
    ("unknown", "Stopped answering after the offer"),
]
STEPS = ["qualification", "demonstration", "proposal", "negotiation"]


@dataclass
class Market:
    """Products, competitors and stages, and a chance of their own, so that other rows stay the same."""

    now: datetime
    random: Random = field(default_factory=lambda: Random(63))
    products: Sequence[Product] = ()
    competitors: Sequence[Competitor] = ()

    @classmethod
    def opened(cls, now: datetime) -> Market:
        """With everything in it that is sold and met."""
        market = cls(now)
        for name, price in PRODUCTS:
            product = Product(name=name, price=Decimal(price), currency="EUR")
            product.know()
            product.save()
        found = competitors_named(name for name, _, _ in COMPETITORS)
        for name, website, note in COMPETITORS:
            row = found[name]
            row.website, row.note = website, note
            row.save(update_fields=["website", "note", "updated_at"])
        market.products = list(Product.objects.order_by("pk"))
        market.competitors = [found[name] for name, _, _ in COMPETITORS]
        return market

    def open_for(self, lead: Lead, rep: User, day: datetime) -> Opportunity:
        """The lead becomes an opportunity, with what the rep knows by then."""
        product = self.random.choice(self.products)
        count = self.random.choice([1, 1, 1, 2, 3])
        met = self.random.sample(list(self.competitors), self.random.choice([0, 1, 1, 2]))
        values = {
            "product": product,
            "amount": (product.price or Decimal(0)) * count + self.random.choice([0, 400, 950]),
            "currency": "EUR",
            "expected_close_on": (day + timedelta(days=self.random.randint(25, 80))).date(),
            "lines": [{"product": product, "quantity": Decimal(count), "price": product.price}],
            "competitors": met,
        }
        with at(day):
            return services.convert_lead(lead=lead, by=rep, values=values).opportunity

    def sold_elsewhere(self, people: dict[str, User]) -> None:
        """Sales that began without a lead: a partner's, and more depots of customers."""
        reps = [people[name] for name in ("rep", "owen.clarke", "rep2", "chiara.conti")]
        for number in range(18):
            rep = reps[number % len(reps)]
            day = self.now - timedelta(days=self.random.uniform(8, 260))
            product = self.random.choice(self.products)
            values = {
                "name": f"{self.random.choice(['Ribera', 'Solway', 'Quay', 'Tamar', 'Ebro'])} depot {number + 2}",
                "product": product,
                "amount": product.price,
                "currency": "EUR" if number % 6 else "GBP",
                "source": self.random.choice(["Partner", "Existing customer"]),
                "expected_close_on": (day + timedelta(days=60)).date(),
                "competitors": self.random.sample(list(self.competitors), number % 2),
            }
            with at(day):
                made = services.open_opportunity(values=values, by=rep)
            self.follow(made, rep, day)

    def follow(self, sale: Opportunity, rep: User, day: datetime) -> None:
        """Along the board for some weeks, to an end or to where it stands today."""
        stages = {stage.slug: stage for stage in OpportunityStage.objects.all()}
        for slug in STEPS:
            day += timedelta(days=self.random.uniform(4, 24))
            if day >= self.now:
                return self._plan(sale, rep)
            if self.random.random() < 0.16:
                break
            with at(day):
                sale = services.move_opportunity(opportunity=sale, stage=stages[slug], by=rep)
        day += timedelta(days=self.random.uniform(2, 20))
        if day >= self.now or self.random.random() < 0.12:
            return self._plan(sale, rep)
        return self.end(sale, rep, day, is_won=self.random.random() < 0.46)

    def leave(self, sale: Opportunity, rep: User, *, is_lost: bool, day: datetime) -> None:
        """How it stands today: lost with its lead, or open somewhere on the board."""
        if is_lost:
            return self.end(sale, rep, day, is_won=False)
        stages = {stage.slug: stage for stage in OpportunityStage.objects.all()}
        for slug in STEPS[: self.random.randint(0, len(STEPS))]:
            day = min(day + timedelta(days=self.random.uniform(1, 12)), self.now)
            with at(day):
                sale = services.move_opportunity(opportunity=sale, stage=stages[slug], by=rep)
        return self._plan(sale, rep)

    def end(self, sale: Opportunity, rep: User, day: datetime, *, is_won: bool) -> None:
        """Won, or lost to somebody, with the reason."""
        if is_won:
            ending = services.Ending(status="won", reason=self.random.choice(PERSUADED))
        else:
            outcome, reason = self.random.choice(LOST)
            rival = next((c for c in self.competitors if c.name in reason), None)
            ending = services.Ending(
                status="lost", reason=reason, outcome_to=outcome, competitor=rival
            )
        with at(day):
            services.close_opportunity(opportunity=sale, ending=ending, by=rep)

    def _plan(self, sale: Opportunity, rep: User) -> None:
        on = timezone.localdate(self.now) + timedelta(days=self.random.randint(-3, 14))
        text = self.random.choice(
            ["Send the offer", "Visit with the shift leads", "Call the buyer"]
        )
        with at(self.now):
            services.change_opportunity(
                opportunity=sale, values={"next_step": text, "next_step_on": on}, by=rep
            )
