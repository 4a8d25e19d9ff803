from __future__ import annotations

from personas.models import Persona
from personas.views import persona_details
from portal.documents.pages import DocumentPages

app_name = "personas"

pages = DocumentPages(Persona, details=persona_details)

urlpatterns = [*pages.paths()]
