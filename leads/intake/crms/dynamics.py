"""Dynamics 365 Sales: exports of the page (``(Do Not Modify) Lead``) and columns of Dataverse."""

from __future__ import annotations

from leads.intake.crms.export import Export

_WORKINGS = """(Do Not Modify) Row Checksum; (Do Not Modify) Modified On; modifiedon; modifiedby; createdby; versionnumber;
    owningbusinessunit; owninguser; owningteam; overriddencreatedon; importsequencenumber; timezoneruleversionnumber;
    utcconversiontimezonecode; _modifiedby_value; _createdby_value; _owningbusinessunit_value; _owninguser_value; exchangerate;
    Modified On; Modified By; Created By; processid; stageid; traversedpath; merged; masterid"""
_SHEET = "(Do Not Modify) Row Checksum; (Do Not Modify) Modified On; versionnumber; owningbusinessunit; overriddencreatedon; _ownerid_value"

EXPORTS = (
    Export(
        "Dynamics 365", "lead export", "leads",
        marks=f"""{_SHEET}; (Do Not Modify) Lead; leadid; leadsourcecode; leadqualitycode; emailaddress1; statuscode; Status Reason;
            qualifyingopportunityid; companyname; Topic; donotbulkemail""",
        fields={
            "external_id": "(Do Not Modify) Lead; leadid; Lead",
            "full_name": "Name; fullname; yomifullname",
            "first_name": "First Name; firstname",
            "last_name": "Last Name; lastname",
            "email": "Email; emailaddress1; Email Address",
            "phone": "Business Phone; telephone1; Main Phone",
            "title": "Job Title; jobtitle",
            "company.name": "Company Name; companyname; Company",
            "company.domain": "Website; websiteurl",
            "company.industry": "Industry; industrycode; industrycodename",
            "company.employees": "No. of Employees; numberofemployees",
            "country": "Country/Region; address1_country; Address 1: Country/Region",
            "city": "City; address1_city; Address 1: City",
            "source": "Lead Source; leadsourcecode; leadsourcecodename",
            "campaign": "Source Campaign; campaignid; campaignidname",
            "stage": "Status Reason; statuscode; statuscodename",
            "owner": "Owner; ownerid; owneridname; _ownerid_value",
            "created_at": "Created On; createdon",
            "notes": "Description; description",
        },
        others="""Topic; subject; salutation; Mobile Phone; mobilephone; telephone2; telephone3; fax; emailaddress2; Rating; leadqualitycode;
            leadqualitycodename; Status; statecode; statecodename; revenue; Annual Revenue; budgetamount; budgetstatus; purchasetimeframe;
            purchaseprocess; address1_line1; address1_stateorprovince; address1_postalcode; State/Province; ZIP/Postal Code; Street 1;
            donotemail; donotbulkemail; donotphone; donotpostalmail; donotsendmm; Do not allow Emails; Do not allow Bulk Emails;
            Do not allow Phone Calls; parentaccountid; parentcontactid; qualifyingopportunityid; originatingcaseid; estimatedamount;
            estimatedclosedate; sic; transactioncurrencyid; lastusedincampaign; decisionmaker; need; initialcommunication""",
        workings=_WORKINGS,
    ),
    Export(
        "Dynamics 365", "contact export", "leads",
        marks=f"""{_SHEET}; (Do Not Modify) Contact; contactid; parentcustomerid; emailaddress1; telephone1; donotbulkemail;
            parentcustomeridname; accountrolecode; preferredcontactmethodcode""",
        fields={
            "external_id": "(Do Not Modify) Contact; contactid; Contact",
            "full_name": "Full Name; fullname",
            "first_name": "First Name; firstname",
            "last_name": "Last Name; lastname",
            "email": "Email; emailaddress1; Email Address",
            "phone": "Business Phone; telephone1",
            "title": "Job Title; jobtitle",
            "company.name": "Company Name; parentcustomeridname; Account Name; Company",
            "country": "Address 1: Country/Region; address1_country; Country/Region",
            "city": "Address 1: City; address1_city; City",
            "source": "leadsourcecode; leadsourcecodename; Lead Source",
            "owner": "Owner; ownerid; owneridname; _ownerid_value",
            "created_at": "Created On; createdon",
            "notes": "Description; description",
        },
        others="""parentcustomerid; salutation; middlename; suffix; Mobile Phone; mobilephone; telephone2; fax; emailaddress2; department;
            birthdate; Status; Status Reason; statecode; statuscode; address1_line1; address1_stateorprovince; address1_postalcode;
            donotemail; donotbulkemail; donotphone; Do not allow Emails; Do not allow Bulk Emails; accountrolecode; originatingleadid;
            preferredcontactmethodcode; transactioncurrencyid; gendercode; familystatuscode""",
        workings=_WORKINGS,
    ),
    Export(
        "Dynamics 365", "account export", "companies",
        marks=f"""{_SHEET}; (Do Not Modify) Account; accountid; accountnumber; primarycontactid; Primary Contact; customertypecode; Main Phone;
            parentaccountid; Relationship Type; accountcategorycode""",
        fields={
            "external_id": "(Do Not Modify) Account; accountid; Account",
            "name": "Account Name; name",
            "domain": "Website; websiteurl",
            "industry": "Industry; industrycode; industrycodename",
            "employees": "Number of Employees; No. of Employees; numberofemployees",
            "revenue": "Annual Revenue; revenue",
            "revenue_currency": "Currency; transactioncurrencyidname; transactioncurrencyid",
            "country": "Address 1: Country/Region; address1_country",
            "region": "Address 1: State/Province; address1_stateorprovince",
            "city": "Address 1: City; address1_city",
            "phone": "Main Phone; telephone1",
            "owner": "Owner; ownerid; owneridname; _ownerid_value",
            "parent": "Parent Account; parentaccountidname",
        },
        others="""Account Number; accountnumber; primarycontactid; Primary Contact; emailaddress1; Email; fax; Status; Status Reason; statecode;
            statuscode; customertypecode; Relationship Type; ownershipcode; tickersymbol; sic; description; creditlimit; creditonhold;
            address1_line1; address1_postalcode; Created On; createdon; donotemail; parentaccountid; accountcategorycode; originatingleadid""",
        workings=_WORKINGS,
    ),
    Export(
        "Dynamics 365", "opportunity export", "opportunities",
        marks=f"""{_SHEET}; (Do Not Modify) Opportunity; opportunityid; Est. Revenue; Est. Close Date; estimatedvalue; estimatedclosedate;
            actualvalue; actualclosedate; closeprobability; Potential Customer; Pipeline Phase; stepname; originatingleadid""",
        fields={
            "external_id": "(Do Not Modify) Opportunity; opportunityid; Opportunity",
            "name": "Topic; name",
            "amount": "Est. Revenue; Est. revenue; estimatedvalue",
            "currency": "Currency; transactioncurrencyidname; transactioncurrencyid",
            "stage": "Pipeline Phase; stepname; salesstage; salesstagename",
            "status": "Status; statecode; statecodename",
            "owner": "Owner; ownerid; owneridname; _ownerid_value",
            "company.name": "Account; Potential Customer; customeridname; parentaccountidname",
            "lead.external_id": "originatingleadid; _originatingleadid_value",
            "lead.email": "Email Address; emailaddress",
            "campaign": "Source Campaign; campaignid; campaignidname",
            "created_at": "Created On; createdon",
            "expected_close_on": "Est. Close Date; Est. close date; estimatedclosedate",
            "closed_at": "Actual Close Date; actualclosedate",
        },
        others="""Contact; parentcontactid; parentaccountid; customerid; Actual Revenue; actualvalue; Probability; closeprobability; Rating;
            opportunityratingcode; Status Reason; statuscode; statuscodename; description; Description; budgetamount; purchasetimeframe;
            purchaseprocess; msdyn_forecastcategory; Forecast category; totalamount; pricelevelid; currentsituation; customerneed;
            proposedsolution; Originating Lead""",
        workings=_WORKINGS,
    ),
    Export(
        "Dynamics 365", "activity export", "touchpoints",
        marks=f"""{_SHEET}; activityid; activitytypecode; regardingobjectid; Regarding; scheduledstart; scheduledend; actualend;
            (Do Not Modify) Activity; (Do Not Modify) Phone Call; (Do Not Modify) Email""",
        fields={
            "external_id": "activityid; (Do Not Modify) Activity; (Do Not Modify) Phone Call; (Do Not Modify) Email",
            "lead.external_id": "regardingobjectid; _regardingobjectid_value",
            "kind": "Activity Type; activitytypecode; activitytypecodename",
            "occurred_at": "Actual End; actualend; scheduledstart; Start Date; Due Date; scheduledend; createdon",
            "title": "Subject; subject",
            "body": "description; Description",
        },
        others="""Regarding; regardingobjectidname; description; Description; Activity Status; statecode; Status; statuscode; Status Reason;
            Priority; prioritycode; Owner; ownerid; Created On; directioncode; Direction; phonenumber; actualdurationminutes; Duration; category""",
        workings=_WORKINGS,
    ),
)  # fmt: skip
