"""The API of this kind of document."""

from __future__ import annotations

from personas.models import Persona
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.filters import filter_for


class PersonaViewSet(DocumentViewSet):
    queryset = Persona.objects.all()
    policy = document_policy(Persona)
    filterset_class = filter_for(Persona)
