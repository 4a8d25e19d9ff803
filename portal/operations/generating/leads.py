"""Leads, the companies they work for, and the stages they went through."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from leads.identity import KEY_COLUMNS, keys_of
from leads.models import REACH, Company, Lead, StageChange
from leads.normalising import company_key
from portal.funnel.models import Stage
from portal.operations.generating import words
from portal.operations.generating.chance import Weighted, days_long, moment_between, ranked
from portal.operations.generating.company import House
from portal.operations.generating.loading import SLICE, Loader
from portal.operations.generating.opportunities import Sale

YEARS_BACK = 3
LEADS_A_COMPANY = 4
LANDING_PAGES = 500
#: Share that goes on from each kind of stage, before the source's own weight.
GOES_ON = {"lead": 0.55, "mql": 0.6, "sal": 0.75, "sql": 0.55, "opportunity": 0.42}
#: Median days in each kind of stage before going on.
STAYS = {"lead": 3.0, "mql": 2.0, "sal": 4.0, "sql": 12.0, "opportunity": 20.0}
LOST = 0.45
COMPANY_COLUMNS = ("id", "name", "name_key", "domain", "industry", "employees", "country", "city")
LEAD_COLUMNS = (
    "id", "external_id", "first_name", "last_name", "full_name", "email", "phone", *KEY_COLUMNS, "title",
    "company_id", "country", "city", "language", "source", "campaign_id", "landing_page", "utm_source",
    "utm_campaign", "consent", "attributes", "persona_id", "stage_id", "stage_revision_id", "stage_entered_at",
    "reached", "status", "lost_reason", "owner_id", "team_id", "next_step", "next_step_on", "created_at",
    "updated_at", "converted_at", "lost_at", "heard_state", "heard_about_us",
)  # fmt: skip
TAG_COLUMNS = ("id", "lead_id", "tag_id")
TAGGED = Lead.tags.through
#: Shares of the leads that carry a tag, that told us how they heard about us, that cannot recall.
TAGGED_SHARE, TOLD, CANNOT_RECALL = 0.2, 0.4, 0.05
CHANGE_COLUMNS = ("id", "lead_id", "from_stage_id", "to_stage_id", "at", "by_id", "revision_id")


@dataclass(slots=True)
class Path:
    """How one lead went through the funnel."""

    steps: list[tuple[Stage, datetime]]
    status: str = Lead.Status.OPEN
    closed_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        return self.steps[-1][0]


@dataclass(slots=True)
class Made:
    """What touchpoints and opportunities need to know of the leads that were made."""

    first_lead: int = 0
    created: list[datetime] = field(default_factory=list)
    owners: list[int | None] = field(default_factory=list)
    #: Leads that came as far as an opportunity.
    sales: list[Sale] = field(default_factory=list)


class LeadMaker:
    """Draws leads slice by slice; the same seed and day give the same rows."""

    def __init__(self, chance: random.Random, house: House, *, now: datetime) -> None:
        self.chance, self.house, self.now = chance, house, now
        self.start = now - timedelta(days=365 * YEARS_BACK)
        self.stages = sorted(house.stages, key=lambda stage: stage.position)
        self.eager = {name: eager for name, _, eager in words.SOURCES}
        self.draws = self._draws()

    def _draws(self) -> dict[str, Weighted[Any]]:
        chance, house = self.chance, self.house
        owners = [*((pk, 1 / rank**0.6) for rank, pk in enumerate(house.owners, start=1))]
        idle = sum(weight for _, weight in owners) * 0.12
        pages = [
            f"/lp/{words.CAMPAIGN_THEMES[n % 5].replace(' ', '-')}-{n:03}"
            for n in range(LANDING_PAGES)
        ]
        return {
            "first": ranked(chance, words.FIRST_NAMES, steep=0.4),
            "last": ranked(chance, words.LAST_NAMES, steep=0.4),
            "source": Weighted(chance, [(name, weight) for name, weight, _ in words.SOURCES]),
            "campaign": ranked(chance, [*house.campaigns], steep=0.9),
            "page": ranked(chance, pages, steep=0.9),
            "owner": Weighted(chance, [*owners, (None, idle)]),
            "persona": Weighted(
                chance, [*((pk, 1 / n) for n, pk in enumerate(house.personas, 1)), (None, 1.0)]
            ),
            "title": Weighted(chance, words.TITLES),
            "consent": Weighted(chance, [("granted", 6), ("unknown", 3), ("denied", 1)]),
            "job": Weighted(chance, words.JOBS),
            "reason": Weighted(chance, words.LOST_REASONS),
            "heard": Weighted(chance, self._heard()),
            "team": Weighted(chance, [(pk, 1) for pk in sorted(set(house.team_of.values()))]),
        }

    @staticmethod
    def _heard() -> list[tuple[tuple[str, str], float]]:
        """State and words of "How did you hear about us?": most are not asked, some cannot recall."""
        whole = sum(weight for _, _, weight in words.HEARD) / TOLD
        silent = {
            Lead.Heard.CANNOT_RECALL: CANNOT_RECALL,
            Lead.Heard.NOT_ASKED: 1 - TOLD - CANNOT_RECALL,
        }
        told = [((Lead.Heard.TOLD.value, name), float(weight)) for name, _, weight in words.HEARD]
        return told + [((state.value, ""), whole * share) for state, share in silent.items()]

    def companies(self, number: int, first: int) -> list[tuple[Any, ...]]:
        chance = self.chance
        industries, countries = (
            Weighted(chance, words.INDUSTRIES),
            Weighted(chance, words.COUNTRIES),
        )
        forms, rows = Weighted(chance, words.LEGAL_FORMS), []
        drawn = zip(
            industries.draw(number), countries.draw(number), forms.draw(number), strict=True
        )
        for at, (industry, country, form) in enumerate(drawn):
            start = words.COMPANY_STARTS[at % len(words.COMPANY_STARTS)]
            end = words.COMPANY_ENDS[at // len(words.COMPANY_STARTS) % len(words.COMPANY_ENDS)]
            turn = at // (len(words.COMPANY_STARTS) * len(words.COMPANY_ENDS))
            name = f"{start} {end}{f' {turn + 1}' if turn else ''} {form}"
            domain = f"{start}-{end}{turn + 1 if turn else ''}.example".lower()
            city = chance.choice(words.CITIES[country]) if country else ""
            staff = int(10 * 2 ** min(12, chance.expovariate(0.35)))
            rows.append(
                (
                    first + at,
                    name,
                    company_key(name) or name.casefold(),
                    domain,
                    industry,
                    staff,
                    country,
                    city,
                )
            )
        return rows

    def leads(
        self, number: int, first: int, companies: list[tuple[Any, ...]], made: Made
    ) -> Iterator[tuple[list[Any], Path]]:
        by_size = ranked(self.chance, companies, steep=0.7)
        for start in range(0, number, SLICE):
            size = min(SLICE, number - start)
            drawn = {name: draw.draw(size) for name, draw in self.draws.items()}
            drawn["company"] = by_size.draw(size)
            for at in range(size):
                one = {name: values[at] for name, values in drawn.items()}
                yield self._lead(first + start + at, one, made)

    def _lead(self, pk: int, one: dict[str, Any], made: Made) -> tuple[list[Any], Path]:
        chance = self.chance
        created = moment_between(chance, self.start, self.now)
        path = self._path(created, one["source"])
        company, owner = one["company"], one["owner"]
        made.created.append(created)
        made.owners.append(owner)
        email = f"{one['first']}.{one['last']}{pk}@{company[3]}".lower()
        campaign, slug = one["campaign"] if chance.random() < 0.7 else (None, "")
        team = self.house.team_of.get(owner, one["team"])
        self._sell(pk, one, path, made, team=team, campaign=campaign)
        stage, is_open = path.stage, path.status == Lead.Status.OPEN
        has_step = is_open and owner is not None and chance.random() < 0.5
        step_on = self.now.date() + timedelta(days=chance.randrange(-10, 30)) if has_step else None
        name, phone = f"{one['first']} {one['last']}", f"+49 30 {5_000_000 + pk}" if pk % 3 else ""
        keys = keys_of(email=email, phone=phone, full_name=name)
        return [
            pk, f"G-{pk}", one["first"], one["last"], name, email, phone, *keys.values(), one["title"],
            company[0], company[6], company[7], words.LANGUAGES.get(company[6], "en"), one["source"],
            campaign, one["page"] if chance.random() < 0.8 else "", one["source"].lower().replace(" ", "-"), slug,
            one["consent"], {"visits": int(chance.expovariate(0.25)), "job": one["job"]},
            one["persona"], stage.pk, stage.revision_id, path.steps[-1][1],
            REACH[max(path.steps, key=lambda step: REACH[step[0].kind])[0].kind],
            path.status, one["reason"] if path.status == Lead.Status.LOST else "",
            owner, team,
            chance.choice(words.NEXT_STEPS) if has_step else "", step_on,
            created, path.closed_at or path.steps[-1][1],
            path.closed_at if path.status == Lead.Status.WON else None,
            path.closed_at if path.status == Lead.Status.LOST else None, *one["heard"],
        ], path  # fmt: skip

    def _sell(
        self,
        pk: int,
        one: dict[str, Any],
        path: Path,
        made: Made,
        *,
        team: int,
        campaign: int | None,
    ) -> None:
        """Note a lead that came as far as an opportunity; and the first, so that there is always one."""
        began = next((at for stage, at in path.steps if stage.kind == Stage.Kind.OPPORTUNITY), None)
        if began is None and made.sales:
            return
        company = one["company"]
        made.sales.append(
            Sale(
                pk, company[0], company[1], one["owner"], team, campaign, one["source"], one["persona"],
                began or path.steps[-1][1], path.status, path.closed_at,
            )
        )  # fmt: skip

    def _path(self, created: datetime, source: str) -> Path:
        """On from stage to stage while luck and time last; some of those that stop are lost."""
        path = Path([(self.stages[0], created)])
        for stage in self.stages[1:]:
            before, at = path.steps[-1]
            odds = GOES_ON.get(before.kind, 0.5)
            if self.chance.random() > min(0.95, odds * self.eager[source] ** 0.5):
                break
            at += days_long(self.chance, STAYS.get(before.kind, 3.0))
            if at > self.now:
                return path
            path.steps.append((stage, at))
        if path.stage.kind == Stage.Kind.CUSTOMER:
            path.status, path.closed_at = Lead.Status.WON, path.steps[-1][1]
        elif self.chance.random() < LOST:
            lost_at = path.steps[-1][1] + days_long(self.chance, 25)
            if lost_at <= self.now:
                path.status, path.closed_at = Lead.Status.LOST, lost_at
        return path


def make_leads(chance: random.Random, house: House, number: int, *, now: datetime) -> Made:
    """Write companies, leads, stage changes and tags. Memory grows by a few bytes a lead only."""
    maker = LeadMaker(chance, house, now=now)
    company_loader, lead_loader = Loader(Company, COMPANY_COLUMNS), Loader(Lead, LEAD_COLUMNS)
    change_loader, tag_loader = Loader(StageChange, CHANGE_COLUMNS), Loader(TAGGED, TAG_COLUMNS)
    companies = maker.companies(max(1, number // LEADS_A_COMPANY), company_loader.first)
    company_loader.write(companies)
    made = Made(first_lead=lead_loader.first)
    drawn = maker.leads(number, lead_loader.first, companies, made)
    change_keys = itertools.count(change_loader.first)
    while part := list(itertools.islice(drawn, SLICE)):
        lead_loader.write([row for row, _ in part])
        changes = (change for row, path in part for change in _changes(row, path))
        change_loader.write([next(change_keys), *change] for change in changes)
    tag_loader.write(_taggings(chance, house, made, first=tag_loader.first))
    for loader in (company_loader, lead_loader, change_loader, tag_loader):
        loader.finish()
    return made


def _changes(lead: list[Any], path: Path) -> Iterator[list[Any]]:
    """The stages that a lead came to, each after the one before."""
    owner, before = lead[LEAD_COLUMNS.index("owner_id")], None
    for stage, at in path.steps:
        yield [lead[0], before, stage.pk, at, owner, stage.revision_id]
        before = stage.pk


def _taggings(
    chance: random.Random, house: House, made: Made, *, first: int
) -> Iterator[tuple[int, int, int]]:
    """Some leads carry one of the tags."""
    tags, keys = Weighted(chance, house.tags), itertools.count(first)
    for at in range(len(made.created)):
        if chance.random() < TAGGED_SHARE:
            yield next(keys), made.first_lead + at, tags.draw(1)[0]


def midnight_of(moment: datetime) -> datetime:
    """The end of what is generated: the same all day long."""
    return datetime.combine(moment.date(), time(), UTC)
