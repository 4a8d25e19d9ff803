"""Imports are import-linter's; it cannot see the text keys of relations, so those are checked here."""

from __future__ import annotations

import tomllib
from functools import lru_cache

import pytest
from django.apps import AppConfig, apps
from django.conf import settings

OURS = ("portal.", "personas", "campaigns", "leads")
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["contracts"]
}
HOUSE = CONTRACTS["Apps import downwards only"]["layers"]
ROOMS = {
    contract["containers"][0]: contract["layers"]
    for name, contract in CONTRACTS.items()
    if name.startswith("Rooms of")
}


def own_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.startswith(OURS)]


def names_in(layer: str) -> list[str]:
    return [name.strip(" ()") for name in layer.replace(":", "|").split("|")]


@lru_cache
def height(module: str) -> tuple[int, int]:
    """How high an app stands: its floor in the house, and its place among the rooms there."""
    for floor, layer in enumerate(reversed(HOUSE)):
        for name in names_in(layer):
            if module == name or module.startswith(f"{name}."):
                return floor, _room(name, module.removeprefix(name).strip("."))
    raise LookupError(f"{module} has no layer in pyproject.toml")


def _room(house: str, room: str) -> int:
    """The noun itself is 0; rooms stand on it."""
    if not room:
        return 0
    layers = [names_in(layer) for layer in reversed(ROOMS[house])]
    return next(place for place, names in enumerate(layers, start=1) if room in names)


@pytest.mark.parametrize("config", own_apps(), ids=lambda config: config.label)
def test_every_app_has_a_layer(config):
    assert height(config.name)


@pytest.mark.parametrize("config", own_apps(), ids=lambda config: config.label)
def test_every_relation_points_down(config):
    upward = []
    for model in config.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is None or not isinstance(target, type):
                continue
            there = apps.get_app_config(target._meta.app_label)
            if not there.name.startswith(OURS) or there == config:
                continue
            if height(there.name) >= height(config.name):
                upward.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert upward == []


def test_apps_are_listed_ground_floor_first():
    heights = [height(config.name) for config in own_apps()]

    assert heights == sorted(heights)


def test_the_check_sees_what_points_up():
    assert height("leads.intake") > height("leads") > height("campaigns.talking_points")
    assert height("campaigns") > height("personas") > height("portal.slas")
    assert height("portal.todo") == height("portal.topics")
    with pytest.raises(LookupError):
        height("portal.cellar")
