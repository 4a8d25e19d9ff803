"""Fields drawn without templates are the same as Django draws them."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from portal.core.renderers import PlainRenderer

SHARP = "<b> & \"quotes\" 'and more'"
WIDGETS = [
    forms.TextInput,
    forms.HiddenInput,
    forms.EmailInput,
    forms.NumberInput,
    forms.URLInput,
    forms.DateInput,
    forms.TimeInput,
    forms.PasswordInput,
    forms.CheckboxInput,
    forms.Textarea,
    forms.Select,
    forms.SelectMultiple,
    forms.RadioSelect,
]


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", [None, "", "plain", SHARP, "2", 7, True, False])
def test_a_field_looks_the_same(widget, value):
    attrs = {"id": "id_x", "required": True, "disabled": False, "maxlength": 80, "title": SHARP}
    options = {
        "choices": [
            ("", "None"),
            ("plain", SHARP),
            ("more", [("2", "Two"), (7, "Seven"), (True, "Yes")]),
        ]
    }
    made = widget(**(options if issubclass(widget, forms.Select) else {}))

    ours = made.render("x", value, attrs, renderer=PlainRenderer())

    assert ours == made.render("x", value, attrs, renderer=DjangoTemplates())
