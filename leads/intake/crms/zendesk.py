"""Zendesk Sell (once Base CRM): exports of the page and fields of the API."""

from __future__ import annotations

from leads.intake.crms.export import Export

_WORKINGS = "updated_at; Updated at; creator_id; Last updated on; modified_at"

EXPORTS = (
    Export(
        "Zendesk Sell", "lead export", "leads",
        marks="organization_name; Organization name; unqualified_reason; unqualified_reason_id; Unqualified reason; Lead Added on; lead_added_on",
        fields={
            "external_id": "id; Lead ID; lead_id",
            "first_name": "first_name; First name",
            "last_name": "last_name; Last name",
            "full_name": "name; Name; Lead name",
            "email": "email; Email",
            "phone": "phone; Phone; Work phone",
            "title": "title; Title",
            "company.name": "organization_name; Organization name; company_name; Company name",
            "company.domain": "website; Website",
            "company.industry": "industry; Industry",
            "country": "country; Country; address_country",
            "city": "city; City; address_city",
            "source": "source; Source; Lead source; source_name",
            "stage": "status; Status; Lead status",
            "lost_reason": "unqualified_reason; Unqualified reason",
            "owner": "owner; Owner; Lead owner; owner_name; owner_email",
            "created_at": "created_at; Created at; Added on; Lead Added on; lead_added_on",
            "notes": "description; Description",
        },
        others="""owner_id; source_id; unqualified_reason_id; mobile; Mobile; fax; Fax; skype; Skype; twitter; Twitter; facebook; Facebook; linkedin;
            LinkedIn; tags; Tags; address; Address; Street; State; Zip code; line1; postal_code; state; last_activity_date; Last activity""",
        workings=_WORKINGS,
    ),
    Export(
        "Zendesk Sell", "contact export", "leads",
        marks="prospect_status; customer_status; Prospect status; Customer status; is_organization; Is organization; parent_organization_id",
        fields={
            "external_id": "id; Contact ID; contact_id",
            "first_name": "first_name; First name",
            "last_name": "last_name; Last name",
            "full_name": "name; Name",
            "email": "email; Email",
            "phone": "phone; Phone; Work phone",
            "title": "title; Title",
            "company.name": "organization_name; Organization name; Company name; parent_organization_name",
            "company.domain": "website; Website",
            "company.industry": "industry; Industry",
            "country": "country; Country; address_country",
            "city": "city; City; address_city",
            "stage": "customer_status; Customer status",
            "owner": "owner; Owner; owner_name; owner_email",
            "created_at": "created_at; Created at; Added on",
            "notes": "description; Description",
        },
        others="""prospect_status; Prospect status; is_organization; Is organization; contact_id; parent_organization_id; owner_id; mobile; Mobile;
            fax; Fax; skype; Skype; twitter; facebook; linkedin; tags; Tags; address; Address; Street; State; Zip code; billing_address;
            shipping_address; state; line1; postal_code; last_activity_date""",
        workings=_WORKINGS,
    ),
    Export(
        "Zendesk Sell", "deal export", "opportunities",
        marks="""last_stage_change_at; loss_reason_id; unqualified_reason_id; dropbox_email; customized_win_likelihood; Deal name;
            last_stage_change_by_id; Deal ID; estimated_close_date; Win likelihood; Loss reason; Estimated close date""",
        fields={
            "external_id": "id; Deal ID; deal_id",
            "name": "name; Name; Deal name",
            "amount": "value; Value; Deal value",
            "currency": "currency; Currency",
            "stage": "stage; Stage; stage_name; Deal stage",
            "owner": "owner; Owner; owner_name; owner_email",
            "company.name": "organization_name; Organization name; Company name; Company",
            "lead.external_id": "contact_id; Primary contact ID; Main contact ID",
            "source": "source; Source; source_name; Deal source",
            "created_at": "created_at; Created at; added_at; Added on",
            "expected_close_on": "estimated_close_date; Estimated close date",
            "closed_at": "closed_at; Closed on",
            "lost_reason": "loss_reason; Loss reason; loss_reason_name",
        },
        others="""hot; Hot; stage_id; source_id; owner_id; organization_id; loss_reason_id; unqualified_reason_id; dropbox_email; tags; Tags;
            last_stage_change_at; last_stage_change_by_id; last_activity_at; customized_win_likelihood; Win likelihood; Scope; Pipeline;
            contact_name; Primary contact; Main contact""",
        workings=_WORKINGS,
    ),
)  # fmt: skip
