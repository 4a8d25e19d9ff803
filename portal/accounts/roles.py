"""The five roles, the departments and the three scopes."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class Role(TextChoices):
    MARKETER = "marketer", "Marketer"
    REP = "rep", "Rep"
    MANAGER = "manager", "Manager"
    EXECUTIVE = "executive", "Executive"
    ADMINISTRATOR = "administrator", "Administrator"


class Department(TextChoices):
    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"
    LEADERSHIP = "leadership", "Leadership"
    OPERATIONS = "operations", "Operations"

    @property
    def other_side(self) -> Department:
        """Who answers what this department raises: sales answers marketing, marketing the rest."""
        return Department.SALES if self is Department.MARKETING else Department.MARKETING


class Scope(IntegerChoices):
    """How far a grant reaches. Larger is wider, so the widest of two grants is their maximum."""

    OWN = 1, "own"
    TEAM = 2, "team"
    ALL = 3, "all"


#: Whose work a manager may do for their teams besides their own grants.
STAFF_ROLE = {Department.MARKETING: Role.MARKETER, Department.SALES: Role.REP}
