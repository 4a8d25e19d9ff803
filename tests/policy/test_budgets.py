"""Every page and list has a budget of queries; a page that needs more says why, here."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.roles import Role
from tests.conftest import signed_in
from tests.policy.objects import World, rows_for
from tests.policy.test_walk import EMPTY, ROUTES, address, parts_of

#: Session, person, teams and what the frame shows are in it.
BUDGET = 20
API_BUDGET = 16
#: Larger than that, with the reason.
MORE = {
    "GET /": 30,  # nine panels, one or two queries each
    "GET /search/": 26,  # one provider for each kind of record
    "GET /agreement/": 30,  # five kinds of documents in three lists, and the clocks
    "GET /handoffs/<int:pk>/": 26,  # the pack: timeline of seven kinds, fit, sources, what to say
    "GET /admin/": 30,  # Django's own index asks for every model
}
PAGES = sorted(
    f"{route.method} {route.path}"
    for route in ROUTES
    if route.method == "GET" and not route.is_open and f"GET {route.path}" not in EMPTY
)
BY_NAME = {f"{route.method} {route.path}": route for route in ROUTES}


def test_no_page_asks_more_than_its_budget(db):
    world = World()
    person = next(user for user in world.people.values() if user.role == Role.ADMINISTRATOR)
    client = signed_in(person)
    over = []
    for name in PAGES:
        route = BY_NAME[name]
        rows = rows_for(route.path)
        parts = parts_of(route, rows.mine if rows else None, world, person)
        with CaptureQueriesContext(connection) as asked:
            client.get(address(route, parts, rows.query if rows else ""))
        budget = MORE.get(name, API_BUDGET if route.kind == "api" else BUDGET)
        if len(asked) > budget:
            over.append(f"{name}: {len(asked)} queries, {budget} allowed")

    assert not over, "\n".join(over)
