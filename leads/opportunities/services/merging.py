"""When two people change one opportunity: what can be merged, and what both must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.competitors.models import Competitor
from leads.fields import ATTRIBUTES
from leads.opportunities.models import Product
from portal.activity.models import Activity
from portal.core.errors import StaleEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leads.opportunities.models import Opportunity


def refuse_overwriting(opportunity: Opportunity, new: Mapping[str, Any], version: int) -> None:
    """Raise ``StaleEdit`` for fields that others wrote since ``version``."""
    lines = [
        line
        for line in Activity.objects.of(opportunity)
        .filter(data__version__gt=version)
        .select_related("actor")
        if isinstance(line.data.get("version"), int)
    ]
    # A gap in the versions is a change that left no line, such as an import.
    seen = {line.data["version"] for line in lines}
    is_complete = seen >= set(range(version + 1, opportunity.version + 1))
    touched = {name: line for line in reversed(lines) for name in line.data.get("fields", [])}
    both = {name: value for name, value in new.items() if name in touched or not is_complete}
    if both:
        raise StaleEdit(
            "Somebody else changed this opportunity while you were writing. "
            "Nothing of yours was saved yet.",
            conflicts={
                name: _conflict(opportunity, name, value, touched.get(name))
                for name, value in both.items()
            },
        )


def _conflict(
    opportunity: Opportunity, name: str, mine: Any, line: Activity | None
) -> dict[str, Any]:
    who = {"by": str(line.actor or "Accord"), "at": line.at} if line else {}
    if name.startswith(ATTRIBUTES):
        label = name.removeprefix(ATTRIBUTES)
        texts: tuple[Any, ...] = (mine, opportunity.attributes.get(label, ""))
    elif name == "competitors":
        label = "Competitors"
        texts = tuple(_named(Competitor, pks) for pks in (mine, _pks(opportunity.competitors)))
    elif name == "lines":
        label = "Products"
        stored = opportunity.lines.values_list("product", flat=True)
        texts = tuple(_named(Product, pks) for pks in (mine, stored))
    else:
        column: Any = opportunity._meta.get_field(name)
        label = str(column.verbose_name).capitalize()
        texts = (mine, getattr(opportunity, name))
    ours, theirs = ("" if text is None else text for text in texts)
    return {"name": name, "label": label, "mine": ours, "theirs": theirs, **who}


def _pks(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _named(model: type[Competitor | Product], pks: Iterable[int]) -> str:
    names = model.objects.filter(pk__in=list(pks)).order_by("name").values_list("name", flat=True)
    return ", ".join(names)
