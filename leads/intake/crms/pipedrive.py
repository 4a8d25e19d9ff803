"""Pipedrive: exports of the page (``Person - Name``) and fields of the API."""

from __future__ import annotations

from leads.intake.crms.export import Export

EXPORTS = (
    Export(
        "Pipedrive", "people export", "leads", within=" - ",
        marks="""Person - ID; Person - Name; Person - Owner; Person - Organization; Person - Email - Work; Person - Phone - Work;
            Person - Person created; Person - Marketing status; Person - Open deals; Person - Won deals; Person - Update time""",
        fields={
            "external_id": "Person - ID; Person - Pipedrive System ID; id",
            "full_name": "Person - Name; name",
            "first_name": "Person - First name; first_name",
            "last_name": "Person - Last name; last_name",
            "email": "Person - Email - Work; Person - Email; primary_email; email",
            "phone": "Person - Phone - Work; Person - Phone; Person - Phone - Mobile; phone",
            "title": "Person - Job title; job_title",
            "company.external_id": "Person - Organization ID; org_id",
            "company.name": "Person - Organization; org_name; Organization - Name",
            "company.country": "Organization - Country of Address",
            "company.industry": "Organization - Industry",
            "company.employees": "Organization - Number of employees; Organization - Employee count",
            "source": "Person - Source; Person - Lead source; Person - Source origin",
            "owner": "Person - Owner; owner_name",
            "consent": "Person - Marketing status; marketing_status",
            "created_at": "Person - Person created; add_time",
            "next_step_on": "Person - Next activity date; next_activity_date",
            "notes": "Person - Notes",
        },
        others="""Person - Label; Person - Labels; Person - Email - Home; Person - Email - Other; Person - Phone - Home; Person - Phone - Other;
            Person - Phone - Mobile; Person - Open deals; Person - Closed deals; Person - Won deals; Person - Lost deals; Person - Total activities;
            Person - Done activities; Person - Activities to do; Person - Last activity date; Person - Last email received;
            Person - Last email sent; Person - Email messages count; Person - Visible to; Person - Organization ID; Person - Birthday;
            Person - Instant messenger; Person - Postal address; org_id; owner_id; label; visible_to; open_deals_count; won_deals_count""",
        workings="Person - Update time; update_time; Person - Profile picture; active_flag; cc_email; company_id; picture_id",
    ),
    Export(
        "Pipedrive", "leads export", "leads", within=" - ",
        marks="""Lead - ID; Lead - Title; Lead - Owner; Lead - Lead created; Lead - Source channel; Lead - Source channel ID; Lead - Labels;
            Lead - Archived; Lead - Expected close date; Lead - Value""",
        fields={
            "external_id": "Lead - ID",
            "full_name": "Lead - Contact person; Person - Name; Lead - Person",
            "email": "Person - Email - Work; Person - Email",
            "phone": "Person - Phone - Work; Person - Phone",
            "company.name": "Lead - Organization; Organization - Name",
            "source": "Lead - Source; Lead - Source origin",
            "source_detail": "Lead - Source channel; Lead - Source channel ID",
            "owner": "Lead - Owner",
            "created_at": "Lead - Lead created",
            "next_step_on": "Lead - Next activity date",
            "notes": "Lead - Note",
        },
        others="""Lead - Title; Lead - Labels; Lead - Value; Lead - Currency of Value; Lead - Expected close date; Lead - Archived;
            Lead - Creator; Lead - Visible to; Lead - Lead source ID""",
        workings="Lead - Update time",
    ),
    Export(
        "Pipedrive", "organizations export", "companies", within=" - ",
        marks="""Organization - ID; Organization - Name; Organization - Owner; Organization - Address; Organization - People;
            Organization - Open deals; Organization - Organization created; Organization - Country of Address""",
        fields={
            "external_id": "Organization - ID; id",
            "name": "Organization - Name; name",
            "domain": "Organization - Website; website",
            "industry": "Organization - Industry; industry",
            "employees": "Organization - Number of employees; Organization - Employee count; employee_count",
            "revenue": "Organization - Annual revenue; annual_revenue",
            "country": "Organization - Country of Address; address_country",
            "region": "Organization - State/county of Address; address_admin_area_level_1",
            "city": "Organization - City/town/village/locality of Address; address_locality",
            "owner": "Organization - Owner; owner_name",
        },
        others="""Organization - Address; Organization - Full/combined address of Address; Organization - ZIP/Postal code of Address;
            Organization - Street/road name of Address; Organization - House number of Address; Organization - Label; Organization - Labels;
            Organization - Open deals; Organization - Closed deals; Organization - Won deals; Organization - Lost deals; Organization - People;
            Organization - Organization created; Organization - Next activity date; Organization - Last activity date;
            Organization - Total activities; Organization - Done activities; Organization - Visible to; Organization - LinkedIn profile;
            owner_id; people_count; add_time""",
        workings="Organization - Update time; update_time; Organization - Profile picture",
    ),
    Export(
        "Pipedrive", "deals export", "opportunities", within=" - ",
        marks="""Deal - ID; Deal - Title; Deal - Stage; Deal - Status; Deal - Value; Deal - Owner; Deal - Deal created; Deal - Won time;
            Deal - Lost time; Deal - Currency of Value; Deal - Weighted value; Deal - Expected close date; Deal - Contact person""",
        fields={
            "external_id": "Deal - ID; id",
            "name": "Deal - Title; title",
            "amount": "Deal - Value; value",
            "currency": "Deal - Currency of Value; Deal - Currency; currency",
            "stage": "Deal - Stage; stage_name",
            "status": "Deal - Status; status",
            "owner": "Deal - Owner; owner_name",
            "company.name": "Deal - Organization; org_name; Organization - Name",
            "lead.external_id": "Deal - Contact person ID; Person - ID; person_id",
            "lead.email": "Person - Email - Work; Person - Email",
            "source": "Deal - Source; Deal - Source origin; Deal - Lead source",
            "created_at": "Deal - Deal created; add_time",
            "expected_close_on": "Deal - Expected close date; expected_close_date",
            "closed_at": "Deal - Deal closed on; close_time",
            "lost_reason": "Deal - Lost reason; lost_reason",
            "product": "Deal - Product name; Deal - Product",
        },
        others="""Deal - Pipeline; Deal - Probability; Deal - Weighted value; Deal - Currency of Weighted value; Deal - Won time; Deal - Lost time;
            won_time; lost_time; Deal - Label; Deal - Labels; Deal - Contact person; Deal - Creator; Deal - Visible to; Deal - Last stage change;
            Deal - Next activity date; Deal - Last activity date; Deal - Total activities; Deal - Done activities; Deal - Product quantity;
            Deal - Product amount; Deal - Source channel; Deal - Source channel ID; Deal - Archive status; pipeline_id; stage_id; org_id;
            user_id; probability; label; stage_change_time""",
        workings="Deal - Update time; update_time; cc_email; visible_to",
    ),
    Export(
        "Pipedrive", "activities export", "touchpoints", within=" - ",
        marks="""Activity - ID; Activity - Type; Activity - Subject; Activity - Due date; Activity - Done; Activity - Assigned to user;
            Activity - Marked as done time; Activity - Contact person""",
        fields={
            "external_id": "Activity - ID; id",
            "lead.external_id": "Activity - Contact person ID; Person - ID; person_id",
            "lead.email": "Person - Email - Work; Person - Email",
            "kind": "Activity - Type; type",
            "occurred_at": "Activity - Due date; Activity - Marked as done time; due_date; marked_as_done_time",
            "title": "Activity - Subject; subject",
            "body": "Activity - Note; note",
        },
        others="""Activity - Done; Activity - Note; Activity - Assigned to user; Activity - Contact person; Activity - Organization; Activity - Deal;
            Activity - Lead; Activity - Duration; Activity - Due time; Activity - Add time; Activity - Priority; Activity - Location;
            Activity - Public description; Activity - Creator; deal_id; org_id; user_id; done; note; duration; add_time""",
        workings="Activity - Update time; Activity - Last notification time; update_time",
    ),
)  # fmt: skip
