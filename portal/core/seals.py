"""What a seal says: who signed, who is still to sign. Plain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

SIDES = ("marketing", "sales")


@dataclass(frozen=True, slots=True)
class Seal:
    """Two halves; each belongs to a department and is needed or not, signed or not."""

    signed: frozenset[str]
    needed: frozenset[str]

    @property
    def is_agreed(self) -> bool:
        return bool(self.needed) and self.needed <= self.signed

    @property
    def only(self) -> str:
        """The department whose word alone is enough; empty where both are wanted."""
        return next(iter(self.needed)) if len(self.needed) == 1 else ""

    @property
    def words(self) -> str:
        """The seal in words, for everybody who does not read its colours."""
        names = {"marketing": gettext("marketing"), "sales": gettext("sales")}
        given = [names[side] for side in SIDES if side in self.signed]
        open_ = [names[side] for side in SIDES if side in self.needed - self.signed]
        if self.is_agreed and len(self.needed) == 2:
            return gettext("Agreed by both")
        if self.is_agreed:
            return gettext("Agreed by %(side)s") % {"side": given[0]}
        if not given:
            return gettext("Not signed yet")
        return gettext("Signed by %(given)s, %(open)s to sign") % {
            "given": given[0],
            "open": open_[0],
        }


def _names(value: object) -> frozenset[str]:
    found = value() if callable(value) else value
    if not isinstance(found, Iterable):
        return frozenset()
    return frozenset(str(side) for side in found) & frozenset(SIDES)


def _signed(thing: object) -> frozenset[str]:
    """Departments that signed: told by the thing itself, or read from its signatures."""
    told = getattr(thing, "signed_departments", None)
    signatures = getattr(thing, "signatures", None)
    if told is None and signatures is not None:
        told = [signature.department for signature in signatures.all()]
    return _names(told)


def seal_of(thing: object, needed: object = None) -> Seal:
    """The seal of a revision, or of anything that tells its ``signed_departments``.

    Costs a query for a revision whose signatures are not prefetched. ``needed`` are the
    departments whose word is wanted; both, unless the thing says otherwise.
    """
    wanted = _names(needed) or _names(getattr(thing, "signing_departments", None))
    return Seal(signed=_signed(thing), needed=wanted or frozenset(SIDES))
