"""People and teams."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from knox.models import AbstractAuthToken, AuthTokenManager

from portal.accounts.policy import scope_for, scope_of
from portal.accounts.querysets import PermittedQuerySet
from portal.accounts.roles import Department, Role, Scope
from portal.core.aggregates import JoinedKeys
from portal.core.routes import row_address

if TYPE_CHECKING:
    from datetime import datetime


def normalise_email(email: str) -> str:
    """The form in which e-mail addresses are stored and compared: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", email or "").strip().lower()


class TeamQuerySet(PermittedQuerySet):
    def with_people(self) -> TeamQuerySet:
        """Teams with those of their members who may sign in."""
        people = models.Prefetch("members", queryset=User.objects.active(), to_attr="people")
        return self.prefetch_related(people)


class Team(models.Model):
    """People of one department who share a pool of work."""

    name = models.CharField(max_length=80, unique=True)
    department = models.CharField(max_length=20, choices=Department.choices)
    time_zone = models.CharField(max_length=64, default="UTC")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(PermittedQuerySet):
    def with_team_ids(self) -> UserQuerySet:
        """People with the keys of their teams, in the same statement."""
        mine = User.teams.through.objects.filter(user=models.OuterRef("pk")).order_by()
        keys = mine.values("user").annotate(keys=JoinedKeys("team_id")).values("keys")
        return self.annotate(joined_team_ids=models.Subquery(keys))

    def active(self) -> UserQuerySet:
        """People who may sign in today."""
        return self.filter(is_active=True)

    def managers_of(self, *departments: str) -> UserQuerySet:
        """Active managers who may sign for one of these departments."""
        return self.active().filter(role=Role.MANAGER, department__in=departments)

    def who_may(self, action: str) -> UserQuerySet:
        """Active people whose role may do ``action`` on at least some rows."""
        may = Q(pk__in=[])
        for role, department in product(Role, Department):
            if scope_of(role, department, action) is not None:
                may |= Q(role=role, department=department)
        return self.active().filter(may)

    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.active().filter(role__in=roles)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in by e-mail. Without a password they must reset it first."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields.setdefault("role", Role.ADMINISTRATOR)
        fields.setdefault("department", Department.OPERATIONS)
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person of the company. Their role and department decide what they may do."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    department = models.CharField(max_length=20, choices=Department.choices)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    time_zone = models.CharField(max_length=64, default="", blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    phone = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Names and titles are one line: they stand in subjects of mails and in lists."""
        super().clean()
        self.email = normalise_email(self.email)
        for name in ("name", "title", "phone"):
            setattr(self, name, " ".join(getattr(self, name).split()))

    def get_absolute_url(self) -> str:
        return row_address("accounts:user-detail", self.pk)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        """One or two letters for the round picture."""
        parts = (self.name or self.email).split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens: the policy says so."""
        return scope_for(self, "accounts.use_admin") is not None

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    @cached_property
    def team_ids(self) -> list[int]:
        """Primary keys of the person's teams: read with the person who signed in, else one query."""
        if "joined_team_ids" in self.__dict__:
            joined: str | None = self.__dict__["joined_team_ids"]
            return sorted(map(int, filter(None, (joined or "").split(","))))
        return list(self.teams.values_list("pk", flat=True))

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Every page asks this many times: without a row, the policy answers at once."""
        return self.may(perm) if obj is None else super().has_perm(perm, obj)

    def may(self, action: str) -> bool:
        """True when the role may do ``action`` on at least some rows."""
        return scope_for(self, action) is not None

    def reaches_all(self, action: str) -> bool:
        return scope_for(self, action) == Scope.ALL


class ApiTokenQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(user=user)

    def usable_at(self, moment: datetime) -> ApiTokenQuerySet:
        """Tokens that have not expired, of people who may sign in."""
        living = Q(expiry=None) | Q(expiry__gt=moment)
        return self.filter(living, user__is_active=True)


class ApiToken(AbstractAuthToken):
    """A key to the API. Only its digest is stored; the token itself is shown once, when made."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Write"

    # The primary key stands in addresses, so it must not be the digest.
    digest = models.CharField(max_length=128, unique=True, editable=False)
    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        ordering: ClassVar = ["-created", "-pk"]
        verbose_name = "API token"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "form_token"],
                condition=~Q(form_token=""),
                name="accounts_one_token_a_form",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"

    def get_scopes_display(self) -> str:
        return " and ".join(self.Scope(scope).label.lower() for scope in self.scopes)

    def has_expired(self, at: datetime) -> bool:
        return self.expiry is not None and self.expiry <= at


class LimitSlot(models.Model):
    """One of the tries that a limit allows; see ``limits.py``."""

    key = models.CharField(max_length=64)
    slot = models.PositiveIntegerField()
    taken_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "slot"], name="accounts_one_row_a_slot")
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.slot}"


class KeptAnswer(models.Model):
    """The answer to a POST that carried an Idempotency-Key; see ``idempotency.py``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "route", "key"], name="accounts_one_answer_a_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
