"""Zoho CRM: exports of the page (``15 Apr, 2021 00:03:00``) and fields of the API (``Lead_Source``)."""

from __future__ import annotations

from leads.intake.crms.export import Export

_WORKINGS = """Modified By; Modified By.id; Modified Time; Created By; Created By.id; Change Log Time; Locked; Last Enriched Time;
    Enrich Status; User Modified Time; System Related Activity Time; User Related Activity Time; System Modified Time; Record Image;
    Layout; Layout.id; Connected To; Connected To.module; Connected To.id"""

EXPORTS = (
    Export(
        "Zoho", "lead export", "leads",
        marks="""LEADID; Lead Owner; Lead Owner.id; Created Time; Modified Time; Unsubscribed Mode; Email Opt Out; Skype ID; No. of Employees;
            Designation; Last Activity Time; Secondary Email; Converted Account.id; Lead Conversion Time; Layout.id""",
        fields={
            "external_id": "Record Id; LEADID; Lead Id; id",
            "first_name": "First Name",
            "last_name": "Last Name",
            "full_name": "Full Name; Lead Name",
            "email": "Email",
            "phone": "Phone; Mobile",
            "title": "Designation; Title",
            "company.name": "Company",
            "company.domain": "Website",
            "company.industry": "Industry",
            "company.employees": "No. of Employees; No of Employees; Number of Employees",
            "country": "Country",
            "city": "City",
            "source": "Lead Source",
            "stage": "Lead Status",
            "owner": "Lead Owner",
            "created_at": "Created Time",
            "notes": "Description",
        },
        others="""Lead Conversion Time; Converted Date Time; Converted__s; Lead Owner.id; Salutation; Mobile; Fax; Annual Revenue; Rating; Skype ID; Secondary Email; Twitter; Street; State; Zip Code;
            Email Opt Out; Tag; Last Activity Time; Unsubscribed Mode; Unsubscribed Time; Converted Account; Converted Account.id;
            Converted Contact; Converted Contact.id; Converted Deal; Converted Deal.id; Is Converted; Converted; Score; Average Time Spent (Minutes);
            Number Of Chats; Days Visited; First Visited Time; First Visited URL; Referrer; Visitor Score; Most Recent Visit;
            Positive Score; Negative Score; Touch Point Score""",
        workings=_WORKINGS,
    ),
    Export(
        "Zoho", "contact export", "leads",
        marks="""Contact Owner; Contact Owner.id; Created Time; Modified Time; Unsubscribed Mode; Email Opt Out; Account Name.id; Vendor Name;
            Vendor Name.id; Mailing Zip; Asst Phone; Reporting To; Reporting To.id; Skype ID; Other Zip; Last Activity Time""",
        fields={
            "external_id": "Record Id; CONTACTID; Contact Id; id",
            "first_name": "First Name",
            "last_name": "Last Name",
            "full_name": "Full Name; Contact Name",
            "email": "Email",
            "phone": "Phone; Mobile",
            "title": "Title",
            "company.name": "Account Name",
            "company.external_id": "Account Name.id",
            "country": "Mailing Country",
            "city": "Mailing City",
            "source": "Lead Source",
            "owner": "Contact Owner",
            "created_at": "Created Time",
            "notes": "Description",
        },
        others="""Contact Owner.id; Account Name.id; Vendor Name; Vendor Name.id; Salutation; Department; Home Phone; Other Phone; Mobile; Fax;
            Date of Birth; Assistant; Asst Phone; Reporting To; Reporting To.id; Email Opt Out; Skype ID; Secondary Email; Twitter; Mailing Street;
            Mailing State; Mailing Zip; Other Street; Other City; Other State; Other Zip; Other Country; Tag; Last Activity Time;
            Unsubscribed Mode; Unsubscribed Time; Add to QuickBooks""",
        workings=_WORKINGS,
    ),
    Export(
        "Zoho", "account export", "companies",
        marks="""Account Owner; Account Owner.id; Created Time; Modified Time; Account Site; Parent Account.id; Billing Code; Shipping Code;
            ACCOUNTID; SIC Code; Account Number; Last Activity Time""",
        fields={
            "external_id": "Record Id; ACCOUNTID; Account Id; id",
            "name": "Account Name",
            "domain": "Website",
            "industry": "Industry",
            "employees": "Employees",
            "revenue": "Annual Revenue",
            "revenue_currency": "Currency",
            "country": "Billing Country",
            "region": "Billing State",
            "city": "Billing City",
            "phone": "Phone",
            "owner": "Account Owner",
            "parent": "Parent Account",
        },
        others="""Account Owner.id; Parent Account.id; Account Number; Account Site; Account Type; Rating; Ownership; Ticker Symbol; SIC Code; Fax;
            Billing Street; Billing Code; Shipping Street; Shipping City; Shipping State; Shipping Code; Shipping Country; Description; Tag;
            Last Activity Time; Created Time; Exchange Rate""",
        workings=_WORKINGS,
    ),
    Export(
        "Zoho", "deal export", "opportunities",
        marks="""Deal Owner; Deal Owner.id; Deal Name; Closing Date; Created Time; Modified Time; Potential Name; Potential Owner;
            Reason For Loss; Reason For Loss__s; Campaign Source; Campaign Source.id; Overall Sales Duration; Sales Cycle Duration; Contact Name.id;
            Lead Conversion Time; Probability (%)""",
        fields={
            "external_id": "Record Id; DEALID; Deal Id; POTENTIALID; id",
            "name": "Deal Name; Potential Name",
            "amount": "Amount",
            "currency": "Currency",
            "stage": "Stage",
            "owner": "Deal Owner; Potential Owner",
            "company.name": "Account Name",
            "company.external_id": "Account Name.id",
            "lead.external_id": "Contact Name.id",
            "campaign": "Campaign Source",
            "source": "Lead Source",
            "created_at": "Created Time",
            "expected_close_on": "Closing Date",
            "next_step": "Next Step",
            "lost_reason": "Reason For Loss; Reason For Loss__s",
        },
        others="""Deal Owner.id; Account Name.id; Contact Name; Campaign Source.id; Type; Probability (%); Probability; Expected Revenue;
            Next Step; Pipeline; Description; Tag; Last Activity Time; Overall Sales Duration; Sales Cycle Duration; Lead Conversion Time;
            Deal Category Status; Exchange Rate; Stage Modified Time""",
        workings=_WORKINGS,
    ),
    Export(
        "Zoho", "call and activity export", "touchpoints",
        marks="""Call Type; Call Purpose; Call Start Time; Call Duration; Call Owner; Call Owner.id; Call Result; Activity Type; Related To.id;
            What Id; Who Id; Modified Time; Event Title; Contact Name.id; Task Owner""",
        fields={
            "external_id": "Record Id; id; CALLID; ACTIVITYID",
            "lead.external_id": "Contact Name.id; Who Id; Who Id.id",
            "kind": "Activity Type; Call Type",
            "occurred_at": "Call Start Time; Start DateTime; From; Due Date; Created Time",
            "title": "Subject; Event Title; Title",
            "body": "Description",
            "outcome": "Call Result",
        },
        others="""Call Purpose; Call Duration; Call Duration (in seconds); Call Result; Call Owner; Call Owner.id; Description; Related To;
            Related To.id; What Id; Contact Name; Status; Priority; Task Owner; To; Location; Host; Tag; Closed Time; Call Status;
            Outgoing Call Status; Call Agenda""",
        workings=_WORKINGS,
    ),
)  # fmt: skip
