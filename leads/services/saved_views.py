"""Acts on saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from leads.models import SavedView, ViewPin
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit

if TYPE_CHECKING:
    from portal.accounts.models import Team, User

#: More views than this nobody finds again; more tabs no list shows.
MOST_VIEWS = 200
MOST_PINS = 12
NAME_TAKEN = "You already have a view of this name. Choose another name."
#: What of a view a list says.
ASKED = ("condition", "filters", "columns", "ordering")


def create_view(
    *,
    owner: User,
    name: str,
    asked: dict[str, Any],
    sharing: str = SavedView.Sharing.PRIVATE,
    team: Team | None = None,
    form_token: str = "",
) -> SavedView:
    """Keep a list under a name and as a tab. The same ``form_token`` again answers with the first."""
    if form_token and (made := SavedView.objects.filter(form_token=form_token).first()):
        return made
    if SavedView.objects.filter(owner=owner, deleted_at=None).count() >= MOST_VIEWS:
        raise RuleViolation(f"You have {MOST_VIEWS} views. Delete one that you no longer need.")
    view = SavedView(owner=owner, name=name, form_token=form_token)
    _set_asked(view, asked)
    view.share(sharing, team)
    try:
        with transaction.atomic():
            view.save()
            _record_sharing(view, before=SavedView.Sharing.PRIVATE, by=owner)
            if ViewPin.objects.filter(user=owner).count() < MOST_PINS:
                _pin(view, owner)
    except IntegrityError:
        if form_token and (made := SavedView.objects.filter(form_token=form_token).first()):
            return made
        raise RuleViolation(NAME_TAKEN) from None
    return view


@transaction.atomic
def change_view(
    *, view: SavedView, by: User, changes: dict[str, Any], version: int | None = None
) -> SavedView:
    """Rename it, share it, or have it ask something else. ``changes`` holds only what is new."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if version is not None and version != view.version:
        raise StaleEdit("Somebody else changed this view. Nothing of yours was saved; look again.")
    before, view.name = view.sharing, changes.get("name", view.name)
    _set_asked(view, changes)
    if "sharing" in changes:
        view.share(changes["sharing"], changes.get("team"))
    view.version += 1
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise RuleViolation(NAME_TAKEN) from None
    _record_sharing(view, before=before, by=by)
    return view


def _set_asked(view: SavedView, asked: dict[str, Any]) -> None:
    for name in ASKED:
        if name in asked:
            setattr(view, name, asked[name])


def _record_sharing(view: SavedView, *, before: str, by: User) -> None:
    """Who let others see it stands in the audit trail."""
    if view.sharing != before:
        verb = "unshared" if view.sharing == SavedView.Sharing.PRIVATE else "shared"
        data = {"sharing": view.sharing, "team": view.team_id}
        record(actor=by, verb=verb, subject=view, summary=f"View {view.name}", data=data)


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> SavedView:
    """Take it away, from everybody who sees it. It can be brought back."""
    SavedView.objects.filter(pk=view.pk, deleted_at=None).update(deleted_at=timezone.now())
    record(actor=by, verb="deleted", subject=view, summary=f"View {view.name}")
    return view


@transaction.atomic
def restore_view(*, view: SavedView, by: User) -> SavedView:
    """Undo the deletion; tabs that showed it show it again."""
    view.deleted_at = None
    try:
        with transaction.atomic():
            view.save(update_fields=["deleted_at"])
    except IntegrityError:
        raise RuleViolation(
            f"You have made another view called {view.name}. Rename that one first."
        ) from None
    record(actor=by, verb="restored", subject=view, summary=f"View {view.name}")
    return view


def copy_view(*, view: SavedView, by: User, form_token: str = "") -> SavedView:
    """The same list as one's own, to be changed at will."""
    asked = {name: getattr(view, name) for name in ASKED}
    taken = set(SavedView.objects.filter(owner=by, deleted_at=None).values_list("name", flat=True))
    names = [view.name, *(f"{view.name[:70]} ({number})" for number in range(2, MOST_VIEWS + 2))]
    name = next(name for name in names if name not in taken)
    return create_view(owner=by, name=name, asked=asked, form_token=form_token)


# --- tabs -------------------------------------------------------------------------------------
@transaction.atomic
def pin_view(*, view: SavedView, user: User) -> None:
    if ViewPin.objects.filter(user=user).exclude(view=view).count() >= MOST_PINS:
        raise RuleViolation(f"A list shows at most {MOST_PINS} tabs of yours. Unpin one first.")
    _pin(view, user)


def _pin(view: SavedView, user: User) -> ViewPin:
    last = ViewPin.objects.filter(user=user).aggregate(last=Max("position"))["last"]
    return ViewPin.objects.get_or_create(
        user=user, view=view, defaults={"position": 0 if last is None else last + 1}
    )[0]


def unpin_view(*, view: SavedView, user: User) -> None:
    ViewPin.objects.filter(user=user, view=view).delete()


@transaction.atomic
def open_first(*, view: SavedView, user: User) -> None:
    """The list opens with this view from now on; said again, it opens with all leads."""
    pin = _pin(view, user)
    ViewPin.objects.filter(user=user, is_default=True).exclude(pk=pin.pk).update(is_default=False)
    ViewPin.objects.filter(pk=pin.pk).update(is_default=not pin.is_default)


@transaction.atomic
def move_view(*, view: SavedView, user: User, earlier: bool) -> None:
    """Change places with the tab before or after it."""
    pins = list(ViewPin.objects.select_for_update().filter(user=user))
    place = next((index for index, pin in enumerate(pins) if pin.view_id == view.pk), None)
    other = None if place is None else place + (-1 if earlier else 1)
    if place is None or other is None or not 0 <= other < len(pins):
        return
    pins[place], pins[other] = pins[other], pins[place]
    for position, pin in enumerate(pins):
        pin.position = position
    ViewPin.objects.bulk_update(pins, ["position"])
