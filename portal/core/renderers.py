"""How fields of forms become HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


class PlainRenderer(DjangoTemplates):
    """Django's own, but for inputs, text areas and selects: three templates inside each other for one tag
    take longer than all the rest of a small form."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _attributes(given: Mapping[str, Any]) -> str:
    """As in HTML: True stands alone, False is left out, anything else is escaped."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in given.items()
        if value is not False
    )


def _input(widget: Widget) -> SafeString:
    value = {} if widget["value"] is None else {"value": widget["value"]}
    own = {"type": widget["type"], "name": widget["name"]} | value
    return mark_safe(f"<input{_attributes(own)}{_attributes(widget['attrs'])}>")  # noqa: S308


def _text_area(widget: Widget) -> SafeString:
    own = _attributes({"name": widget["name"]}) + _attributes(widget["attrs"])
    text = conditional_escape(widget["value"] or "")
    return mark_safe(f"<textarea{own}>\n{text}</textarea>")  # noqa: S308


def _select(widget: Widget) -> SafeString:
    own = _attributes({"name": widget["name"]}) + _attributes(widget["attrs"])
    groups = (_group(name, options) for name, options, _ in widget["optgroups"])
    return mark_safe(f"<select{own}>{''.join(groups)}\n</select>")  # noqa: S308


def _group(name: Any, options: Iterable[Widget]) -> str:
    drawn = "".join(f"\n  {_option(option)}" for option in options)
    if not name:
        return drawn
    return f'\n  <optgroup label="{conditional_escape(name)}">{drawn}\n  </optgroup>'


def _option(option: Widget) -> str:
    own = _attributes({"value": str(option["value"])}) + _attributes(option["attrs"])
    return f"<option{own}>{conditional_escape(option['label'])}</option>\n"


#: Templates of Django that say nothing more than these.
DRAWN: dict[str, Callable[[Widget], SafeString]] = {
    "django/forms/widgets/textarea.html": _text_area,
    "django/forms/widgets/select.html": _select,
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in (
            "checkbox color date datetime email hidden input number password search tel text time url"
        ).split()
    },
}
