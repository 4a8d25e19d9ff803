"""Which models can be talked about, and the action that lets a person see each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model

    from portal.accounts.models import User
    from portal.topics.models import HasTopic

_SUBJECTS: dict[str, str] = {}
_PRESENT: dict[str, Callable[[int], int]] = {}


def register(
    model: type[Model], view_action: str, *, present_id: Callable[[int], int] | None = None
) -> None:
    """Called in ``AppConfig.ready``: threads on ``model`` are seen by whom ``view_action`` lets in.

    ``present_id`` is for kinds of which two become one: the number under which one is found today.
    """
    _SUBJECTS[model._meta.label_lower] = view_action
    if present_id is not None:
        _PRESENT[model._meta.label_lower] = present_id


def subjects() -> dict[type[HasTopic], str]:
    """Every model that can be talked about → the action that shows it."""
    return {apps.get_model(label): action for label, action in _SUBJECTS.items()}


def subject_model(label: str) -> type[HasTopic] | None:
    """The model registered under ``label``, or None.

    Besides "personas.persona" the last part alone ("persona") and the API's resource names
    ("personas", "talking-points") are understood.
    """
    wanted = label.strip().lower()
    for model in subjects():
        if wanted in _names(model):
            return model
    return None


def _names(model: type[HasTopic]) -> set[str]:
    meta = model._meta
    words = {str(meta.verbose_name).lower(), str(meta.verbose_name_plural).lower()}
    return {meta.label_lower, meta.model_name or "", *(word.replace(" ", "-") for word in words)}


def view_action(label: str) -> str:
    return _SUBJECTS[label]


def find(label: str, pk: Any, user: User) -> HasTopic | None:
    """The subject, or the one it was merged into, when it exists and this person may see it."""
    model = subject_model(label)
    if model is None or not str(pk).isdecimal() or len(str(pk)) > 18:
        return None
    name = model._meta.label_lower
    rows = model.objects.permitted(user, view_action(name))
    found = rows.filter(pk=int(pk)).first()
    if found is None and name in _PRESENT:
        found = rows.filter(pk=_PRESENT[name](int(pk))).first()
    return found


def readers(subject: HasTopic, people: Iterable[User]) -> list[User]:
    """Those of ``people`` who may see the subject now. At most one query each."""
    needed = view_action(subject._meta.label_lower)
    return [person for person in people if person.is_active and person.has_perm(needed, subject)]
