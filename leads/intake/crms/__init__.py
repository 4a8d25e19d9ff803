"""What the usual CRMs call their columns. One plain module a system, read together here.

Each module names its exports: which kind of records one holds, which headings only it has
(``marks``), which of our fields its columns fill, and which columns it has besides (``others``:
kept as fields of one's own; ``workings``: the system's own bookkeeping, left out). Headings stand
as in the export of the page, in the API and in connectors' tables; they are compared bare, so that
``Lead Source``, ``LeadSource`` and ``lead_source`` are one.
"""

from __future__ import annotations

from leads.intake.crms import dynamics, hubspot, mautic, pipedrive, salesforce, zendesk, zoho
from leads.intake.crms.export import Export

EXPORTS: tuple[Export, ...] = tuple(
    export
    for system in (hubspot, salesforce, pipedrive, zoho, dynamics, mautic, zendesk)
    for export in system.EXPORTS
)

__all__ = ["EXPORTS", "Export"]
