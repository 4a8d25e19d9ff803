"""Who in sales can be given leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.accounts.models import User
from portal.accounts.roles import Department, Role

if TYPE_CHECKING:
    from django.db.models import QuerySet


def sellers(user: User) -> QuerySet[Any]:
    """People in sales who take leads on, as far as ``user`` sees people."""
    people = User.objects.permitted(user, "accounts.view_user").with_role(Role.REP, Role.MANAGER)
    return people.filter(department=Department.SALES)
