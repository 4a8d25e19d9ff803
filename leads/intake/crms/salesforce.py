"""Salesforce: reports of the page, fields of the API and the data export, tables of connectors."""

from __future__ import annotations

from leads.intake.crms.export import Export

_WORKINGS = """SystemModstamp; system_modstamp; LastModifiedDate; LastModifiedById; CreatedById; LastViewedDate; LastReferencedDate;
    PhotoUrl; Jigsaw; JigsawContactId; jigsaw_company_id; CleanStatus; Last Modified Date; Last Modified By; Created By;
    Last Modified Alias; Created Alias; _fivetran_synced; _fivetran_active; _fivetran_start; _fivetran_end; IsDeleted; MasterRecordId;
    IndividualId; GeocodeAccuracy; Latitude; Longitude; BillingGeocodeAccuracy; BillingLatitude; BillingLongitude;
    ShippingGeocodeAccuracy; ShippingLatitude; ShippingLongitude; MailingGeocodeAccuracy; MailingLatitude; MailingLongitude;
    OtherGeocodeAccuracy; OtherLatitude; OtherLongitude; RecordTypeId; IsUnreadByOwner; Unread By Owner; DandbCompanyId"""
_STAMPS = "SystemModstamp; LastModifiedById; LastReferencedDate; MasterRecordId; JigsawContactId; CreatedById"

EXPORTS = (
    Export(
        "Salesforce", "lead export", "leads",
        marks=f"""{_STAMPS}; Lead Owner; Lead Status; Company / Account; ConvertedContactId; ConvertedOpportunityId; ConvertedAccountId;
            IsConverted; IsUnreadByOwner; Unread By Owner; HasOptedOutOfEmail; Converted Date""",
        fields={
            "external_id": "Id; Lead ID; Lead ID (18 characters); Case Safe ID",
            "first_name": "First Name; FirstName",
            "last_name": "Last Name; LastName",
            "full_name": "Name; Full Name",
            "email": "Email",
            "phone": "Phone",
            "title": "Title",
            "company.name": "Company; Company / Account",
            "company.domain": "Website",
            "company.industry": "Industry",
            "company.employees": "No. of Employees; Number of Employees; NumberOfEmployees; Employees",
            "country": "Country",
            "city": "City",
            "source": "Lead Source; LeadSource",
            "source_detail": "Lead Source Detail; Lead_Source_Detail__c",
            "stage": "Lead Status; Status",
            "owner": "Lead Owner; Lead Owner: Full Name; OwnerId; Owner: Full Name",
            "created_at": "Created Date; CreatedDate; Create Date",
            "notes": "Description",
        },
        others="""Converted Date; ConvertedDate; Salutation; Middle Name; Suffix; Mobile; MobilePhone; Fax; Street; State/Province; State; StateCode; CountryCode;
            Zip/Postal Code; PostalCode; Address; Rating; AnnualRevenue; Annual Revenue; Converted; IsConverted; ConvertedAccountId;
            ConvertedContactId; ConvertedOpportunityId; HasOptedOutOfEmail; Email Opt Out; HasOptedOutOfFax; DoNotCall; Do Not Call;
            LastActivityDate; Last Activity; LastTransferDate; EmailBouncedReason; EmailBouncedDate; Lead Owner Alias; CampaignId;
            CurrencyIsoCode; Lead Currency; FirstCallDateTime; FirstEmailDateTime; ActivityMetricId; Product Interest; SIC Code""",
        workings=_WORKINGS,
    ),
    Export(
        "Salesforce", "contact export", "leads",
        marks=f"""{_STAMPS}; MailingCity; MailingCountry; MailingStreet; Mailing City; Mailing Country; Mailing State/Province; ReportsToId;
            Contact Owner; Reports To; AssistantName; HomePhone; IsEmailBounced; LastCURequestDate; LastCUUpdateDate; OtherCity""",
        fields={
            "external_id": "Id; Contact ID; Contact ID (18 characters)",
            "first_name": "First Name; FirstName",
            "last_name": "Last Name; LastName",
            "full_name": "Name; Full Name",
            "email": "Email",
            "phone": "Phone; Business Phone",
            "title": "Title",
            "company.name": "Account Name; Account: Account Name; Account.Name",
            "company.external_id": "AccountId; Account ID",
            "country": "Mailing Country; MailingCountry",
            "city": "Mailing City; MailingCity",
            "source": "Lead Source; LeadSource",
            "owner": "Contact Owner; Contact Owner: Full Name; OwnerId",
            "created_at": "Created Date; CreatedDate",
            "notes": "Description",
        },
        others="""AccountId; Account ID; Salutation; MiddleName; Suffix; Mobile; MobilePhone; HomePhone; OtherPhone; Fax; Department; Birthdate;
            AssistantName; AssistantPhone; ReportsToId; MailingStreet; MailingState; MailingStateCode; MailingCountryCode; MailingPostalCode;
            Mailing Street; Mailing State/Province; Mailing Zip/Postal Code; OtherStreet; OtherCity; OtherState; OtherCountry; OtherPostalCode;
            OtherCountryCode; OtherStateCode; HasOptedOutOfEmail; Email Opt Out; HasOptedOutOfFax; DoNotCall; Do Not Call; LastActivityDate;
            Last Activity; EmailBouncedReason; EmailBouncedDate; IsEmailBounced; LastCURequestDate; LastCUUpdateDate; Level; Languages""",
        workings=_WORKINGS,
    ),
    Export(
        "Salesforce", "account export", "companies",
        marks=f"""{_STAMPS}; Account Owner; BillingCity; BillingCountry; BillingStreet; Billing City; Billing Country; AccountNumber;
            Account Source; AccountSource; TickerSymbol; Parent Account; ShippingCity; Ownership""",
        fields={
            "external_id": "Id; Account ID; Account ID (18 characters)",
            "name": "Account Name; Name",
            "domain": "Website",
            "industry": "Industry",
            "employees": "Employees; NumberOfEmployees; Number of Employees",
            "revenue": "Annual Revenue; AnnualRevenue",
            "revenue_currency": "Account Currency; CurrencyIsoCode",
            "country": "Billing Country; BillingCountry",
            "region": "Billing State/Province; BillingState; Billing State",
            "city": "Billing City; BillingCity",
            "phone": "Phone",
            "owner": "Account Owner; Account Owner: Full Name; OwnerId",
            "parent": "Parent Account; Parent Account: Account Name",
        },
        others="""Type; Account Type; AccountNumber; Account Number; AccountSource; Account Source; Rating; Ownership; TickerSymbol; Site;
            Account Site; Fax; Description; BillingStreet; BillingPostalCode; BillingCountryCode; BillingStateCode; Billing Street;
            Billing Zip/Postal Code; ShippingStreet; ShippingCity; ShippingState; ShippingCountry; ShippingPostalCode; ShippingCountryCode;
            ShippingStateCode; ParentId; SIC Code; Sic; SicDesc; NaicsCode; NaicsDesc; DunsNumber; Tradestyle; YearStarted; LastActivityDate;
            Last Activity; CreatedDate; Created Date""",
        workings=_WORKINGS,
    ),
    Export(
        "Salesforce", "opportunity export", "opportunities",
        marks=f"""{_STAMPS}; Opportunity Owner; Opportunity Name; StageName; ForecastCategory; ForecastCategoryName; HasOpenActivity;
            HasOverdueTask; Pricebook2Id; FiscalQuarter; FiscalYear; Fiscal Period; Probability (%); IsWon; ExpectedRevenue; Opportunity ID""",
        fields={
            "external_id": "Id; Opportunity ID; Opportunity ID (18 characters)",
            "name": "Opportunity Name; Name",
            "amount": "Amount",
            "currency": "Amount Currency; Opportunity Currency; CurrencyIsoCode",
            "stage": "Stage; StageName",
            "owner": "Opportunity Owner; Opportunity Owner: Full Name; OwnerId",
            "company.name": "Account Name; Account: Account Name",
            "company.external_id": "AccountId; Account ID",
            "lead.external_id": "ContactId; Primary Contact ID",
            "campaign": "Primary Campaign Source; CampaignId",
            "source": "Lead Source; LeadSource",
            "created_at": "Created Date; CreatedDate",
            "expected_close_on": "Close Date; CloseDate; Close Date (2)",
            "next_step": "Next Step; NextStep",
            "lost_reason": "Loss Reason; Lost Reason; Closed Lost Reason; Loss_Reason__c",
            "competitor": "Main Competitor(s); MainCompetitors__c; Competitor",
            "product": "Product Name; Product: Product Name",
        },
        others="""AccountId; Account ID; Type; Description; NextStep; Next Step; Probability; Probability (%); ExpectedRevenue; Expected Revenue;
            IsClosed; Closed; IsWon; Won; ForecastCategory; ForecastCategoryName; Forecast Category; Fiscal; FiscalQuarter; FiscalYear;
            Fiscal Period; HasOpenActivity; HasOpportunityLineItem; HasOverdueTask; Pricebook2Id; SyncedQuoteId; Territory2Id;
            IsExcludedFromTerritory2Filter; LastActivityDate; Last Activity; Age; Owner Role; Stage Duration; LastStageChangeDate;
            ContractId; PushCount; Order Number; Tracking Number; Delivery/Installation Status""",
        workings=_WORKINGS,
    ),
    Export(
        "Salesforce", "activity export", "touchpoints",
        marks=f"""{_STAMPS}; WhoId; WhatId; ActivityDate; TaskSubtype; CallDisposition; IsReminderSet; RecurrenceType; Activity ID;
            RecurrenceActivityId; ActivityDateTime; EventSubtype; WhoCount; WhatCount""",
        fields={
            "external_id": "Id; Activity ID; Task ID; Event ID",
            "lead.external_id": "WhoId; Name ID; Lead ID; Contact ID",
            "lead.email": "Email",
            "kind": "TaskSubtype; Task Subtype; EventSubtype; Type; Activity Type",
            "occurred_at": "ActivityDate; ActivityDateTime; Date; Due Date; CompletedDateTime; StartDateTime; Start",
            "title": "Subject",
            "body": "Description; Full Comments; Comments",
            "outcome": "CallDisposition; Call Result",
        },
        others="""WhatId; AccountId; OwnerId; Assigned; Assigned To; Status; Priority; Description; Full Comments; Comments; CallType;
            CallDisposition; CallObject; CallDurationInSeconds; DurationInMinutes; EndDateTime; End; Location; IsClosed; IsArchived;
            IsAllDayEvent; IsPrivate; IsReminderSet; ReminderDateTime; IsRecurrence; CreatedDate; Created Date; IsHighPriority; WhoCount;
            WhatCount; Company / Account; Task; Contact; Lead; Opportunity""",
        workings=_WORKINGS,
    ),
)  # fmt: skip
