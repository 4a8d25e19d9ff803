"""What only personas show beside the pages of every document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from personas.faces import face_of

if TYPE_CHECKING:
    from personas.models import Persona
    from portal.accounts.requests import PortalRequest
    from portal.documents.models import Revision


def persona_details(request: PortalRequest, subject: Persona, revision: Revision) -> dict[str, Any]:
    """Where the leads that fit are shown: a page of the room above, loaded by its address."""
    return {
        "fit_url": f"/leads/fitting/{subject.slug}/",
        "face": face_of(revision.content.get("face", ""), subject.slug),
    }
