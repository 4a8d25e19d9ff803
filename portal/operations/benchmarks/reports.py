"""Reports against the same aggregates written by hand."""

from __future__ import annotations

from django.db import connection

from portal.funnel.models import Stage
from portal.metrics import services
from portal.metrics.rollups import reading
from portal.operations.benchmarks.measuring import Duel, Work
from portal.operations.benchmarks.pages import Reader

AGAINST = "the bare aggregates"
COUNTS = """
SELECT {key} COUNT(*), COUNT(*) FILTER (WHERE reached >= 20), COUNT(*) FILTER (WHERE reached >= 40),
       COUNT(*) FILTER (WHERE reached >= 50), COUNT(*) FILTER (WHERE status = 'won') FROM leads_lead {group}
"""
#: The middle number of each group, as the databases offer it.
BY_PERCENTILE = """
SELECT k, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY v)
FROM ({inner}) measured WHERE v IS NOT NULL GROUP BY k
"""
BY_WINDOW = """
SELECT k, AVG(v) FROM (
  SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) place, COUNT(*) OVER (PARTITION BY k) size
  FROM ({inner}) measured WHERE v IS NOT NULL
) ranked WHERE 2 * place BETWEEN size AND size + 2 GROUP BY k
"""
DAYS = {
    "postgresql": "(({end} AT TIME ZONE 'UTC')::date - ({start} AT TIME ZONE 'UTC')::date)",
    "sqlite": "CAST(julianday(date({end})) - julianday(date({start})) AS INTEGER)",
}
STAYS = """
SELECT from_stage_id k, CASE WHEN to_place > from_place THEN {days} END v FROM (
  SELECT c.from_stage_id, c.at, t.position to_place, f.position from_place,
         COALESCE(LAG(c.at) OVER (PARTITION BY c.lead_id ORDER BY c.at, c.id), l.created_at) came
  FROM leads_stagechange c JOIN leads_lead l ON l.id = c.lead_id
  JOIN funnel_stage t ON t.id = c.to_stage_id LEFT JOIN funnel_stage f ON f.id = c.from_stage_id
) moves
"""


#: How often each source brings a sale: counts, sums and medians by source and in all.
SALES = """
SELECT COALESCE(NULLIF(o.source, ''), NULLIF(l.source, ''), '') k, COUNT(*) FILTER (WHERE o.status = 'won') won,
       COUNT(*) FILTER (WHERE o.status = 'lost') lost, COUNT(*) FILTER (WHERE o.status = 'open'),
       SUM(o.amount) FILTER (WHERE o.status = 'won' AND o.currency IN ('', 'EUR'))
FROM opportunities_opportunity o LEFT JOIN leads_lead l ON l.id = o.lead_id GROUP BY 1 ORDER BY won DESC
"""
#: The same in all. The report tells its totals, chooses the currency in which most is won and notes
#: what is in other currencies or has no known days, so the least that it can cost counts these too.
LEDGER = """
SELECT currency, COUNT(*) FILTER (WHERE status = 'won'), COUNT(*) FILTER (WHERE status = 'lost'),
       COUNT(*) FILTER (WHERE status = 'open'), COUNT(*) FILTER (WHERE status = 'won' AND amount IS NOT NULL),
       COUNT(*) FILTER (WHERE status = 'won' AND is_created_known AND closed_at IS NOT NULL),
       SUM(amount) FILTER (WHERE status = 'won')
FROM opportunities_opportunity GROUP BY currency
"""
CYCLES = """
SELECT {key} k, {days} v FROM opportunities_opportunity o LEFT JOIN leads_lead l ON l.id = o.lead_id
WHERE o.status = 'won' AND o.is_created_known AND o.closed_at IS NOT NULL
"""
#: What is told of all closed ones: days of the won, of the lost and of both; the middle amount won.
ENDED = """
SELECT {key} k, {days} v FROM opportunities_opportunity o
WHERE o.status IN ('won', 'lost') AND o.is_created_known AND o.closed_at IS NOT NULL
"""
AMOUNTS = """
SELECT 1 k, amount v FROM opportunities_opportunity
WHERE status = 'won' AND amount IS NOT NULL AND currency IN ('', 'EUR')
"""
#: By team: how many were spoken to, asked, told us, cannot recall; and what they told where tracking said what.
TOLD = """
SELECT team_id, COUNT(*), COUNT(*) FILTER (WHERE talked), COUNT(*) FILTER (WHERE talked AND state <> 'not_asked'),
       COUNT(*) FILTER (WHERE state = 'told'), COUNT(*) FILTER (WHERE state = 'cannot_recall')
FROM (SELECT team_id, heard_state state, EXISTS (
        SELECT 1 FROM leads_touchpoint t WHERE t.lead_id = l.id AND t.left_out = ''
        AND t.kind IN ('call', 'email', 'meeting', 'chat')) talked FROM leads_lead l) asked GROUP BY team_id
"""
PAIRS = """
SELECT team_id, heard_about_us, source, COUNT(*) FROM leads_lead WHERE heard_state = 'told'
GROUP BY team_id, heard_about_us, source
"""
#: What each may cost when it is asked of the leads, as a page, and when it is asked of roll-ups.
LIVE, PAGE, ROLLED_UP = 1.2, 1.5, 0.1
API = "/api/v1/reports"
HELD = ("sources", "funnel")
REPORTS = (
    *(
        f"report-{name}{end}"
        for name in ("sources", "funnel", "win-rate", "self-reported")
        for end in ("", "-page")
    ),
    *(f"report-{name}-rollup" for name in HELD),
)


def report_duels(wanted: frozenset[str]) -> list[Duel]:
    if wanted.isdisjoint(REPORTS):
        return []
    reader, found = Reader(), []
    bare = {
        "sources": _sources,
        "funnel": _funnel,
        "win-rate": _sales,
        "self-reported": lambda: [TOLD, PAIRS],
    }
    for name, statements in bare.items():
        asks, address = _asks(statements()), f"{API}/{name}/"
        ways = {
            "": (LIVE, _live(reader.opens(address))),
            "-page": (PAGE, _live(reader.opens(f"/reports/{name}/"))),
            "-rollup": (ROLLED_UP, reader.opens(address)),
        }
        found += [
            Duel(f"report-{name}{end}", goal, AGAINST, work, asks)
            for end, (goal, work) in ways.items()
            if f"report-{name}{end}" in wanted
        ]
    _rolled_up(reader, [name for name in HELD if f"report-{name}-rollup" in wanted])
    return found


def _live(work: Work) -> Work:
    """The same, counted from the leads whatever the roll-ups hold."""

    def counted() -> None:
        with reading.live():
            work()

    return counted


def _rolled_up(reader: Reader, names: list[str]) -> None:
    """Have the roll-ups as a sweep leaves them, and see that they say what the leads say."""
    if names:
        services.rebuild()
    for name in names:
        told = _numbers(reader, name)
        with reading.live():
            if _numbers(reader, name) != told:
                raise AssertionError(f"The roll-ups of {name} do not say what the leads say.")


def _numbers(reader: Reader, name: str) -> tuple[object, object]:
    answer = reader.portal.get(f"{API}/{name}/").json()
    return answer["rows"], answer["totals"]


def _asks(statements: list[str]) -> Work:
    def work() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return work


def _median(inner: str) -> str:
    return (BY_PERCENTILE if connection.vendor == "postgresql" else BY_WINDOW).format(inner=inner)


def _won(key: str) -> str:
    days = DAYS[connection.vendor].format(start="created_at", end="converted_at")
    return _median(f"SELECT {key} k, {days} v FROM leads_lead WHERE status = 'won'")  # noqa: S608


def _sources() -> list[str]:
    groups = COUNTS.format(key="source,", group="GROUP BY source ORDER BY 2 DESC LIMIT 10000")
    return [groups, _won("source"), COUNTS.format(key="", group=""), _won("1")]


def _funnel() -> list[str]:
    parts = [
        f"COUNT(*) FILTER (WHERE reached >= {10 * place}), "
        f"COUNT(*) FILTER (WHERE stage_id = {stage} AND status <> 'lost'), "
        f"COUNT(*) FILTER (WHERE stage_id = {stage} AND status = 'lost')"
        for place, stage in enumerate(Stage.objects.active().values_list("pk", flat=True), start=1)
    ]
    stays = STAYS.format(days=DAYS[connection.vendor].format(start="came", end="at"))
    whole = [COUNTS.format(key="", group=""), _won("1")]
    return [f"SELECT {', '.join(parts)} FROM leads_lead", _median(stays), *whole]  # noqa: S608


def _sales() -> list[str]:
    days = DAYS[connection.vendor].format(start="o.created_at", end="o.closed_at")
    source = "COALESCE(NULLIF(o.source, ''), NULLIF(l.source, ''), '')"
    cycles = [_median(CYCLES.format(key=key, days=days)) for key in (source, "1")]
    ended = [_median(ENDED.format(key=key, days=days)) for key in ("o.status", "1")]
    return [LEDGER, SALES, *cycles, *ended, _median(AMOUNTS)]
