"""What other systems call our fields, whichever system it is. Plain data; each CRM's own names are in ``crms``.

Names are compared without case, spaces and punctuation, and without the prefixes that connectors
put in front. Collected from the export headings of HubSpot, Salesforce, Pipedrive, Zoho CRM,
Dynamics 365, Mautic, Freshsales, ActiveCampaign and Mailchimp, and from everyday spreadsheets.
"""

from __future__ import annotations

import re

from leads.normalising import folded

_NAMES = {
    "external_id": """Record ID; Record Id; Lead ID; Lead Id; Contact ID; Person ID; Prospect ID; Customer ID; External ID;
        hs_object_id; vid; Contact Vid; canonical-vid; leadid; contactid; entityid; uuid; guid; Id; Mautic ID; Subscriber ID;
        Pipedrive System ID; Person - ID; Lead - ID; Lead Number; Lead No; Row ID; MQL ID""",
    "first_name": "First Name; Firstname; Given Name; Forename; Person - First name; Vorname; Prénom; Nombre; fname; Christian name",
    "last_name": """Last Name; Lastname; Surname; Family Name; Person - Last name; Nachname; Familienname; Nom de famille; Apellido;
        Apellidos; lname; Second name""",
    "full_name": """Full Name; Name; Fullname; Contact Name; Lead Name; Person - Name; Person Name; Display Name; Contact Person;
        Contact full name; Ansprechpartner; Customer name; Nombre completo; Lead full name; Contact""",
    "email": """Email; E-mail; E-Mail Address; Email Address; Mail; Primary Email; Work Email; Business Email; Contact Email;
        Person - Email; Person - Email - Work; emailaddress1; Email 1; E-mail 1 - Value; Email (work); Correo electrónico; Courriel;
        E-Mail-Adresse; Lead email; Email Addr""",
    "phone": """Phone; Phone Number; Telephone; Telephone Number; Tel; Mobile; Mobile Phone; Mobile Phone Number; Cell; Cell Phone;
        Work Phone; Business Phone; telephone1; mobilephone; Person - Phone; Person - Phone - Work; Person - Phone - Mobile; Telefon;
        Telefonnummer; Handy; Téléphone; Teléfono; Phone 1 - Value; Phone 1; Contact phone; Primary phone""",
    "title": """Job Title; Title; Jobtitle; Position; Role; Job Role; Person - Job title; Designation; Occupation title; Job Position;
        Berufsbezeichnung; Fonction; Cargo; Puesto""",
    "seniority": "Seniority; Seniority Level; Job Level; Management Level; hs_seniority; Job Seniority; Contact Level",
    "company.name": """Company; Company Name; Account; Account Name; Organization; Organisation; Organization Name; Organisation Name;
        Org; Employer; Business; Business Name; companyname; Parent Customer; Person - Organization; Organization - Name; Firma;
        Unternehmen; Entreprise; Société; Empresa; Associated Company; Primary Associated Company; Lead - Organization""",
    "company.external_id": "Account ID; Company ID; Organization ID; Organisation ID; accountid; companyid; AccountId",
    "company.domain": """Company Domain; Company Domain Name; Domain; Domain Name; Website; Website URL; Company Website; Web Site;
        websiteurl; Web; Homepage; Account Website; Organization - Website; hs_email_domain""",
    "company.industry": """Industry; Company Industry; industrycode; Sector; Branch; Vertical; Branche; Market Segment;
        Organization - Industry; Account Industry""",
    "company.employees": """Employees; Number of Employees; No. of Employees; No of employees; Number of emp; numberofemployees;
        Num Employees; Company Size; Employee Count; Headcount; Mitarbeiter; Organization - Employee count; employee number""",
    "company.country": "Company Country; Company Country/Region; Account Country; Billing Country; Organization - Country; Company HQ Country",
    "company.region": """Company State; Company Region; Company State/Region; Billing State; Billing State/Province;
        Organization - State; Organization - Region""",
    "company.city": "Company City; Billing City; Account City; Organization - City",
    "country": """Country; Country/Region; Country Region; Mailing Country; address1_country; Person - Country; Land; Pays; País;
        IP Country; Country Name; Lead Country; hs_country_region_code; Nation""",
    "city": "City; Town; Mailing City; address1_city; Person - City; Stadt; Ort; Ville; Ciudad; IP City; Lead City; Suburb",
    "source": """Lead Source; Source; Original Source; Original Traffic Source; leadsourcecode; Traffic Source; Person - Source;
        Lead - Source; Lead Source Original; hs_analytics_source; Acquisition Source; First Touch Source; Origin; Channel;
        Lead Channel; Marketing channel; Herkunft; Quelle; Referrer Source; Person - Lead source; Source channel; Source name; Lead - Label source""",
    "source_detail": """Source Detail; Source Details; Lead Source Detail; Lead Source Details; Original Source Drill-Down 1;
        Original Source Data 1; hs_analytics_source_data_1; Source Description; Lead Source Description; Original Traffic Source Drill-Down 1;
        Lead - Source channel ID; Sub source; Subsource""",
    "converting_source": "Latest Source; Latest Traffic Source; hs_latest_source; Converting Source; Conversion Source; Last Touch Source",
    "campaign": "Campaign; Campaign Name; Campaign Slug; Marketing Campaign; Lead Campaign; Primary Campaign Source; campaignid",
    "landing_page": """Landing Page; Landing Page URL; Landing Page ID; First Page Seen; hs_analytics_first_url; Entry Page; First URL;
        Conversion Page; Page URL""",
    "utm_source": "utm_source; UTM Source; utmsource; Campaign Source UTM",
    "utm_medium": "utm_medium; UTM Medium; utmmedium",
    "utm_campaign": "utm_campaign; UTM Campaign; utmcampaign",
    "utm_term": "utm_term; UTM Term; utmterm; UTM Keyword",
    "utm_content": "utm_content; UTM Content; utmcontent",
    "heard_about_us": """How did you hear about us; How did you hear about us?; Heard about us; How heard; Self-reported source;
        Self Reported Attribution; Where did you hear about us; How did you find us; Referral question; How they heard about us""",
    "persona": "Persona; Buyer Persona; hs_persona; Contact Persona; Person - Persona",
    "stage": """Stage; Lead Stage; Lifecycle Stage; lifecyclestage; Funnel Stage; Lead Status; hs_lead_status; Status; Lead State;
        Contact Stage; statuscode; Pipeline Stage; Current stage; Lead - Stage""",
    "owner": """Owner; Lead Owner; Contact Owner; Record Owner; Owner Name; Owner Email; HubSpot Owner; hubspot_owner_id; Assigned To;
        Assigned User; Sales Owner; Account Executive; ownerid; Person - Owner; Lead - Owner; Sales Rep; Salesperson; Sales person""",
    "language": "Language; Preferred Language; hs_language; Locale; Sprache; Langue; Idioma; preferred_locale",
    "consent": """Consent; GDPR Consent; Marketing Consent; Opt-in; Opt In; Optin; Email Opt In; Marketing Opt-in; Newsletter Consent;
        Subscribed; Legal basis for processing contact's data; hs_legal_basis; Person - Marketing status; Marketing status""",
    "created_at": """Create Date; Created Date; Created; Created At; Date Created; Created Time; Created On; createdon; Creation Date;
        createdate; Add Time; Person - Person created; Lead - Lead created; Sign-up Date; Signup Date; Date Added; Date Identified;
        dateIdentified; First Contact Date; First Contact; Registration Date; Lead Date; Erstellt am; Inquiry date; Lead Created Date""",
    "converted_at": """Converted Date; Conversion Date; Date Converted; Converted At; Became a Customer Date; hs_lifecyclestage_customer_date;
        Closed Won Date; Won Date; Won Time; Customer Since; Close Date Won; Won At; Converted On""",
    "lost_at": "Lost Date; Lost Time; Lost At; Date Lost; Disqualified Date; Closed Lost Date; Lost On",
    "lost_reason": """Lost Reason; Reason Lost; Loss Reason; Disqualification Reason; Unqualified Reason; Closed Lost Reason;
        hs_closed_lost_reason; Reason for loss; Lead - Lost reason""",
    "next_step": "Next Step; Next Action; Next Activity; Follow-up Task",
    "next_step_on": "Next Step Date; Next Activity Date; Follow-up Date; Follow Up Date; Next Contact Date; Next Step On; Next Action Date; Callback date",
    "notes": "Notes; Note; Comments; Comment; Remarks; Description; Lead Description; Memo; Bemerkungen; Notizen; Remark",
}  # fmt: skip

#: Columns that say "do not contact": yes means that consent is denied, no says nothing.
OPT_OUTS = """Do Not Email; Email Opt Out; Has Opted Out Of Email; HasOptedOutOfEmail; donotemail; donotbulkemail; Unsubscribed;
    Unsubscribed from all email; hs_email_optout; Opted Out; Opt Out; Email Optout; Do Not Contact; No email; dnc"""
#: Yes/no columns that say how it ended, and the standard stage that yes stands for.
ENDED_YES = {
    "converted": "customer", "won": "customer", "iswon": "customer", "closedwon": "customer", "customer": "customer",
    "iscustomer": "customer", "becamecustomer": "customer", "isconverted": "opportunity",
}  # fmt: skip

_COMPANY_NAMES = {
    "external_id": """Record ID; Company ID; Account ID; Organization ID; Organisation ID; External ID; Id; hs_object_id; accountid; uuid;
        guid; Customer number; Account number; Seller ID""",
    "name": """Name; Company; Company Name; Account; Account Name; Organization; Organisation; Organization Name; Organisation Name; Firma;
        Unternehmen; Business Name; Employer; Customer; Entreprise; Empresa""",
    "parent": "Parent Company; Parent Account; Parent; Subsidiary of; Parent Organization; Belongs to; Group; Holding",
    "revenue": "Annual Revenue; Revenue; Turnover; Umsatz; Estimated revenue; Yearly revenue",
    "revenue_currency": "Currency; Currency Code; Revenue Currency; Währung",
    "tier": "Tier; Account Tier; Class; ABC",
    "phone": _NAMES["phone"],
    "owner": _NAMES["owner"] + "; Company Owner; Account Owner; Account Manager",
    "region": "Region; State; Province; State/Region; Bundesland; " + _NAMES["company.region"],
    "country": _NAMES["country"] + "; Office location; Headquarters; " + _NAMES["company.country"],
    "city": _NAMES["city"] + "; " + _NAMES["company.city"],
    "domain": _NAMES["company.domain"],
    "industry": _NAMES["company.industry"],
    "employees": _NAMES["company.employees"],
    "created_at": "Create Date; Created Date; Created; Created At; createdon; createdate; Created Time; Date Added; Add Time",
}
_DEAL_NAMES = {
    "external_id": """Record ID; Opportunity ID; Deal ID; External ID; Id; hs_object_id; opportunityid; dealid; Opportunity Number; Deal Number;
        Quote ID""",
    "name": "Name; Opportunity Name; Deal Name; Deal Title; Opportunity; Deal; Topic; Title; dealname; Potential Name; Subject",
    "lead.external_id": "Lead ID; Contact ID; Associated Contact IDs; Person ID; Prospect ID; MQL ID; leadid; contactid; Lead Number",
    "lead.email": "Email; Contact Email; Lead Email; E-mail; Person - Email; Customer email",
    "company.name": "Company; Company Name; Account; Account Name; Organization; Organisation; Customer; Client; Associated Company",
    "company.external_id": "Account ID; Company ID; Organization ID; accountid; companyid",
    "owner": _NAMES["owner"] + "; Opportunity Owner; Deal Owner; Sales Agent; Seller; Agent; sr_id",
    "team": "Team; Sales Team; Regional Office; Office; Owner Role",
    "product": "Product; Product Name; Product Line; Item; Article; Produkt; Plan",
    "campaign": _NAMES["campaign"],
    "source": "Source; Lead Source; Original Source; Deal Source; Opportunity Source; Channel",
    "amount": """Amount; Value; Deal Value; Deal Amount; Close Value; Opportunity Amount; Deal Size; Contract Value; Estimated ACV; ACV; TCV;
        Estimated Value; Revenue; Expected Revenue; Total Amount; Betrag; Wert""",
    "currency": "Currency; Currency Code; Amount Currency; deal_currency_code; CurrencyIsoCode; Währung",
    "stage": "Stage; Deal Stage; Sales Stage; Pipeline Stage; Opportunity Stage; StageName; dealstage",
    "status": """Status; Deal Status; Outcome; Close Outcome; Result; Won or lost; Won/Lost; Win/Loss; Opportunity Result; Opportunity Status;
        Opportunity Outcome; Deal Result; Deal Outcome""",
    "created_at": _NAMES["created_at"] + "; Engage Date; Opened; Open Date; Opened At; Start Date",
    "expected_close_on": "Expected Close Date; Expected Close; Estimated Close Date; Est. Close Date; Closing Date; Expected Close On",
    "closed_at": "Close Date; Closed Date; Closed At; Closed On; Won Time; Won Date; Actual Close Date; closedate; Closed",
    "lost_reason": _NAMES["lost_reason"],
    "won_reason": "Won Reason; Win Reason; Reason Won; Reason for win; Closed Won Reason",
    "competitor": "Competitor; Main Competitor; Lost to; Competition",
    "next_step": _NAMES["next_step"],
    "next_step_on": _NAMES["next_step_on"],
}
_TOUCH_NAMES = {
    "external_id": """Touch ID; Touchpoint ID; Activity ID; Engagement ID; Event ID; Session ID; Record ID; External ID; Id; Interaction ID;
        Call ID; Message ID; Submission ID; conversion_id""",
    "lead.external_id": "Lead ID; Contact ID; Person ID; Prospect ID; Who ID; leadid; contactid; MQL ID; Associated Contact IDs; Subscriber ID",
    "lead.email": "Email; Lead Email; Contact Email; Recipient; Email Address; E-mail; To; Person - Email",
    "visitor": """Visitor; Visitor ID; Full Visitor ID; Anonymous ID; Cookie ID; Client ID; Device ID; User pseudo ID; Visitor UUID;
        Distinct ID""",
    "system": "System; Source System; Platform",
    "kind": """Kind; Type; Touch Type; Touchpoint Type; Activity Type; Engagement Type; Event Type; Session Type; Interaction Type; Event;
        Event Name; Channel; Touch Channel""",
    "direction": "Direction; Touch Direction; Call Direction; Inbound or outbound",
    "occurred_at": """Occurred At; Timestamp; Date; Time; When; Touch Timestamp; Activity Timestamp; Session Timestamp; Event Timestamp;
        Activity Date; Event Date; Touch Date; Created At; Created; Created Date; Sent At; Submitted At; Start Time; Event Time; Visit Start Time; Visit Time; Hit Time; Session Start; Datum""",
    "campaign": _NAMES["campaign"] + "; Email Campaign ID",
    "title": "Title; Subject; Page Title; Form Name; Event Title; Activity Subject",
    "body": "Body; Text; Message; Notes; Note; Comments; Description; Comment",
    "outcome": "Outcome; Activity Outcome; Result; Call Result; Disposition; Call Outcome",
    "url": "URL; Page URL; Link; Page; Address; Landing Page; Page Address",
    "value": "Value; Event Value; Score; Amount",
    **{name: _NAMES[name] for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")},
}  # fmt: skip

_PREFIXES = re.compile(r"^(?:property_|properties_|fields_|attributes_|field_)")


def bare(heading: str) -> str:
    """``property_lifecyclestage`` and ``Lifecycle Stage`` → ``lifecyclestage``."""
    text = _PREFIXES.sub("", folded(heading))
    return re.sub(r"[^a-z0-9]+", "", text) or re.sub(r"\W+", "", text)


def _table(fields: dict[str, str]) -> dict[str, str]:
    table: dict[str, str] = {}
    for field, names in fields.items():
        for name in (field, *names.split(";")):
            table.setdefault(bare(name.strip()), field)
    return table


#: Bare heading → field.
ALIASES = _table(_NAMES)
#: The same for each kind of record.
KIND_ALIASES = {
    "leads": ALIASES,
    "companies": _table(_COMPANY_NAMES),
    "opportunities": _table(_DEAL_NAMES),
    "touchpoints": _table(_TOUCH_NAMES),
}
OPT_OUT_NAMES = frozenset(bare(name.strip()) for name in OPT_OUTS.split(";"))
