"""The same act by page and by API, so that one case asks both."""

from __future__ import annotations

from personas.models import Persona

JSON = "application/json"
#: What an answer means, whichever surface gave it.
MEANING = {
    200: "done", 201: "done", 302: "done", 204: "done",
    400: "invalid", 422: "invalid",
    403: "forbidden", 404: "absent", 409: "refused", 412: "refused",
}  # fmt: skip
RESOURCES = {
    "persona": "personas",
    "campaign": "campaigns",
    "talking-point": "talking-points",
    "funnel-definition": "funnel-definitions",
    "sla": "slas",
}


class Answer:
    """What became of an act, and what was said."""

    def __init__(self, response):
        self.response = response
        self.means = MEANING[response.status_code]
        self.text = response.content.decode()


class Page:
    """Forms and buttons."""

    def act(self, client, subject, verb, number=None, **data):
        place = f"revisions/{number}/{verb}/" if number else f"{verb}/"
        return Answer(client.post(f"{subject.get_absolute_url()}{place}", data))

    def edit(self, client, subject, number, seen, **changes):
        """Save the section of the first field; ``seen`` is what ``look`` gave."""
        section = subject.schema.section_of(next(iter(changes))).key
        url = f"{subject.get_absolute_url()}revisions/{number}/edit/{section}/"
        return Answer(client.post(url, seen[section] | changes))

    def look(self, client, subject, number):
        """Every section's form as a browser would send it back."""
        place = f"{subject.get_absolute_url()}revisions/{number}/edit/"
        return {
            s.key: fields_of(client.get(f"{place}{s.key}/").context["form"])
            for s in subject.schema.sections
        }


class Api:
    """The same acts as calls."""

    def act(self, client, subject, verb, number=None, **data):
        body = data | ({"revision": number} if number else {})
        return Answer(client.post(f"{self.address(subject)}{verb}/", body, content_type=JSON))

    def edit(self, client, subject, number, seen, **changes):
        return Answer(
            client.patch(
                self.address(subject),
                {"content": changes},
                content_type=JSON,
                headers={"If-Match": seen},
            )
        )

    def look(self, client, subject, number):
        return client.get(self.address(subject)).headers["ETag"]

    @staticmethod
    def address(subject):
        return f"/api/v1/{RESOURCES[subject.noun()]}/{subject.pk}/"


def fields_of(form):
    """The fields of a form with its lists as a browser would send them back."""
    data = {name: _sent(form[name].value()) for name in form.fields}
    for formset in form.formsets:
        data |= {bound.html_name: bound.value() for bound in formset.management_form}
        for row in formset:
            data |= {
                row.add_prefix(name): _sent(row[name].value())
                for name in row.fields
                if name != "DELETE"
            }
    return data


def _sent(value):
    return "\n".join(map(str, value)) if isinstance(value, list) and value else value or ""


def newest(subject):
    return subject.document.revisions.first()


def fresh(subject):
    return type(subject).objects.get(pk=subject.pk)


def persona():
    return Persona.objects.get()
