"""HubSpot: exports of the page, properties of the API, tables of connectors (``property_…``)."""

from __future__ import annotations

from leads.intake.crms.export import Export

_WORKINGS = """_fivetran_synced; _fivetran_deleted; is_deleted; portal_id; hs_all_owner_ids; hs_all_team_ids;
    hs_all_accessible_team_ids; hs_updated_by_user_id; hs_created_by_user_id; hs_lastmodifieddate; lastmodifieddate;
    hs_user_ids_of_all_owners; hs_is_unworked; hs_pipeline; hs_object_source; hs_object_source_id; hs_object_source_label;
    hs_calculated_merged_vids; hs_read_only; hs_unique_creation_key; Last Modified Date; Object last modified date/time;
    Created by user ID; Updated by user ID; Record source; Object create date/time"""
_OWNER = "Contact owner; HubSpot Owner; hubspot_owner_id"

EXPORTS = (
    Export(
        "HubSpot", "contact export", "leads", prefix="property_",
        marks="""Contact owner; hs_object_id; hubspot_owner_id; hs_lead_status; hs_analytics_source; Original Traffic Source;
            Associated Company IDs (Primary); Primary Associated Company ID; Marketing contact status; hs_merged_object_ids;
            Legal basis for processing contact's data; Unsubscribed from all email; HubSpot Score; hubspotscore; canonical-vid; vid;
            Became a Lead Date; Became a Marketing Qualified Lead Date; Original Source Drill-Down 1; Merged record IDs;
            first_conversion_date; num_conversion_events; Contact Vid; associatedcompanyid; hs_marketable_status; Merged object IDs""",
        fields={
            "external_id": "Record ID; hs_object_id; id; vid; canonical-vid; Contact ID; Contact Vid; Record ID - Contact",
            "first_name": "First Name; firstname",
            "last_name": "Last Name; lastname",
            "email": "Email; Work email; hs_additional_emails_primary",
            "phone": "Phone Number; phone",
            "title": "Job Title; jobtitle",
            "seniority": "Seniority; hs_seniority",
            "company.name": "Company Name; company; Associated Company; Primary Associated Company; Primary Company; Associated Company (Primary)",
            "company.external_id": "Associated Company IDs (Primary); Primary Associated Company ID; associatedcompanyid",
            "company.domain": "Website URL; website; hs_email_domain; Email Domain; Company Domain Name",
            "company.industry": "Industry; industry",
            "company.employees": "Number of Employees; numemployees; numberofemployees",
            "country": "Country/Region; country; hs_country_region_code; IP Country; ip_country",
            "city": "City; IP City; ip_city",
            "source": "Original Source; Original Traffic Source; Original source type; hs_analytics_source",
            "source_detail": """Original Source Drill-Down 1; Original Traffic Source Drill-Down 1; Original Source Data 1;
                hs_analytics_source_data_1""",
            "converting_source": "Latest Source; Latest Traffic Source; hs_latest_source",
            "landing_page": "First Page Seen; hs_analytics_first_url",
            "persona": "Persona; hs_persona",
            "stage": "Lifecycle Stage; lifecyclestage",
            "owner": _OWNER,
            "language": "Preferred language; hs_language",
            "consent": "Legal basis for processing contact's data; hs_legal_basis",
            "created_at": "Create Date; createdate; created_at",
            "converted_at": "Became a Customer Date; hs_lifecyclestage_customer_date",
            "next_step_on": "Next Activity Date; notes_next_activity_date",
        },
        others="""Mobile Phone Number; mobilephone; Lead Status; hs_lead_status; Fax Number; fax; Salutation; salutation; Street Address;
            address; address_2; State/Region; state; Postal Code; zip; Annual Revenue; annualrevenue; Last Activity Date; Last Contacted;
            notes_last_updated; notes_last_contacted; Number of times contacted; num_contacted_notes; num_notes; First Conversion;
            First Conversion Date; first_conversion_event_name; first_conversion_date; Recent Conversion; Recent Conversion Date;
            recent_conversion_event_name; recent_conversion_date; num_conversion_events; num_unique_conversion_events;
            Number of Form Submissions; Number of Pageviews; Number of Sessions; hs_analytics_num_page_views; hs_analytics_num_visits;
            hs_analytics_num_event_completions; hs_analytics_last_url; hs_analytics_first_referrer; hs_analytics_first_timestamp;
            hs_analytics_last_timestamp; hs_analytics_source_data_2; Original Source Drill-Down 2; Original Traffic Source Drill-Down 2;
            hs_latest_source_data_1; hs_latest_source_data_2; Latest Source Drill-Down 1; Latest Traffic Source Drill-Down 1;
            Last Page Seen; First Referring Site; Time First Seen; Time Last Seen; Became a Lead Date; Became a Subscriber Date;
            Became a Marketing Qualified Lead Date; Became a Sales Qualified Lead Date; Became an Opportunity Date; Became an Evangelist Date;
            hs_lifecyclestage_lead_date; hs_lifecyclestage_marketingqualifiedlead_date; hs_lifecyclestage_salesqualifiedlead_date;
            hs_lifecyclestage_opportunity_date; hs_lifecyclestage_subscriber_date; HubSpot Score; hubspotscore; Marketing contact status;
            hs_marketable_status; Owner assigned date; hubspot_owner_assigneddate; HubSpot Team; hubspot_team_id; Time Zone; hs_timezone;
            Buying Role; hs_buying_role; Role; Associated Company IDs; Associated Company IDs (Primary); Primary Associated Company ID;
            associatedcompanyid; Associated Deal; Associated Deal IDs; num_associated_deals; Number of Associated Deals; closedate;
            days_to_close; total_revenue; recent_deal_amount; recent_deal_close_date; Total Revenue; Likelihood to close;
            Unsubscribed from all email; hs_email_optout; hs_email_open; hs_email_click; hs_email_delivered; hs_email_bounce;
            hs_merged_object_ids; Merged record IDs; Merged object IDs; email_1; Relationship Status; Birthday; date_of_birth; Gender;
            Marital Status; School; Degree; Field of Study; Graduation date; Start Date; Message; Twitter Username; LinkedIn Bio""",
        workings=_WORKINGS,
    ),
    Export(
        "HubSpot", "company export", "companies", prefix="property_",
        marks="""Company owner; Company Domain Name; hs_parent_company_id; hs_num_child_companies; num_associated_contacts;
            Number of Associated Contacts; Parent Company; hs_target_account; hs_ideal_customer_profile; Target Account""",
        fields={
            "external_id": "Record ID; hs_object_id; id; companyId; Record ID - Company",
            "name": "Company name; name; Company",
            "domain": "Company Domain Name; domain; Website URL; website",
            "industry": "Industry; industry",
            "employees": "Number of Employees; numberofemployees",
            "revenue": "Annual Revenue; annualrevenue",
            "country": "Country/Region; country",
            "region": "State/Region; state",
            "city": "City; city",
            "phone": "Phone Number; phone",
            "owner": "Company owner; hubspot_owner_id; HubSpot Owner",
            "parent": "Parent Company",
        },
        others="""Type; type; Description; description; Street Address; address; address_2; Street Address 2; Postal Code; zip;
            Lifecycle Stage; lifecyclestage; Lead Status; hs_lead_status; LinkedIn Company Page; linkedin_company_page; Year Founded;
            founded_year; Is Public; is_public; Time Zone; timezone; Last Activity Date; notes_last_updated; Number of Associated Deals;
            num_associated_deals; Number of Associated Contacts; num_associated_contacts; Create Date; createdate; About Us; about_us;
            Original Source Type; Original Traffic Source; hs_analytics_source; web_technologies; Web Technologies; Total Money Raised;
            total_money_raised; Twitter Handle; twitterhandle; Facebook Company Page; Associated Contact; Associated Contact IDs;
            Associated Deal; Associated Deal IDs; hs_parent_company_id; Owner assigned date; Close Date; Days to Close""",
        workings=_WORKINGS,
    ),
    Export(
        "HubSpot", "deal export", "opportunities", prefix="property_",
        marks="""Deal owner; Deal Stage; Deal Name; dealname; dealstage; dealtype; deal_pipeline_id; deal_pipeline_stage_id;
            amount_in_home_currency; Amount in company currency; deal_currency_code; hs_is_closed_won; hs_deal_stage_probability;
            Closed Lost Reason; Closed Won Reason; closed_lost_reason; deal_id; hs_forecast_amount""",
        fields={
            "external_id": "Record ID; hs_object_id; id; deal_id; dealId; Record ID - Deal",
            "name": "Deal Name; dealname",
            "amount": "Amount; amount",
            "currency": "Currency; deal_currency_code",
            "stage": "Deal Stage; dealstage; deal_pipeline_stage_id",
            "owner": "Deal owner; hubspot_owner_id; owner_id; HubSpot Owner",
            "company.name": "Associated Company; Associated Company (Primary); Primary Company",
            "company.external_id": "Associated Company IDs (Primary); Primary Associated Company ID",
            "lead.external_id": "Associated Contact IDs; contact_id",
            "source": "Original Source Type; Original Traffic Source; hs_analytics_source",
            "created_at": "Create Date; createdate",
            "expected_close_on": "Close Date; closedate",
            "lost_reason": "Closed Lost Reason; closed_lost_reason",
            "won_reason": "Closed Won Reason; closed_won_reason",
        },
        others="""Pipeline; pipeline; deal_pipeline_id; Deal Type; dealtype; Amount in company currency; amount_in_home_currency;
            Deal probability; hs_deal_stage_probability; Is Closed Won; hs_is_closed_won; Is Closed;
            hs_is_closed; Forecast amount; hs_forecast_amount; Forecast category; hs_manual_forecast_category; Next step; hs_next_step;
            Deal Description; description; Associated Contact; Associated Company IDs; Number of Associated Contacts;
            num_associated_contacts; Last Activity Date; notes_last_updated; Number of Sales Activities; num_notes; Annual recurring revenue;
            hs_arr; hs_mrr; hs_tcv; hs_acv; Annual contract value; Total contract value; Monthly recurring revenue; days_to_close;
            Days to Close; HubSpot Team; Priority; hs_priority""",
        workings=_WORKINGS,
    ),
    Export(
        "HubSpot", "activity export", "touchpoints", prefix="property_",
        marks="""engagement_id; hs_timestamp; hs_activity_type; hs_call_title; hs_email_subject; hs_meeting_title; hs_call_direction;
            conversion_id; form_id; Activity assigned to; hs_note_body; hs_call_disposition; hs_email_direction""",
        fields={
            "external_id": "engagement_id; Record ID; hs_object_id; id; conversion_id",
            "lead.external_id": "contact_id; Associated Contact IDs",
            "kind": "type; Activity type; hs_activity_type; engagement_type",
            "occurred_at": "hs_timestamp; Activity date; timestamp; Create Date; hs_createdate",
            "title": "hs_call_title; hs_email_subject; hs_meeting_title; Call Title; Email subject; Meeting name; title; subject",
            "url": "page_url; external_url; url",
            "body": "hs_note_body; hs_email_text; hs_call_body; body; Call notes; Email body",
            "outcome": "meeting_outcome; Call outcome; hs_call_disposition",
        },
        others="""hs_call_body; hs_email_text; hs_note_body; hs_body_preview; hs_call_duration; hs_call_disposition; hs_call_direction;
            hs_email_direction; meeting_outcome; form_id; page_id; category; type_id; start_time; end_time; body; hubspot_owner_id;
            Activity assigned to; Call duration; Call outcome; Call notes; Email body; Email direction; Associated Company IDs;
            Associated Deal IDs; hubspot_team_id; hs_modified_by; hs_engagement_source; task_type; hs_task_type; source; source_id""",
        workings=_WORKINGS,
    ),
)  # fmt: skip
