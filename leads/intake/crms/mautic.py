"""Mautic: exports of contacts and companies. ``title`` is the form of address there, ``position`` the job."""

from __future__ import annotations

from leads.intake.crms.export import Export

EXPORTS = (
    Export(
        "Mautic", "contact export", "leads",
        marks="""date_identified; dateIdentified; Date Identified; last_active; Date Last Active; lastActive; preferred_locale;
            Preferred Locale; attribution_date; Attribution Date; attribution; foursquare; preferred_profile_image; ipAddresses;
            Preferred Profile Image""",
        fields={
            "external_id": "id; ID; Contact ID; Mautic ID",
            "first_name": "firstname; First Name",
            "last_name": "lastname; Last Name",
            "email": "email; Email",
            "phone": "phone; Phone",
            "title": "position; Position",
            "company.name": "company; Company; Primary company; companyname",
            "company.domain": "website; Website",
            "country": "country; Country",
            "city": "city; City",
            "stage": "stage; Stage",
            "owner": "owner; Owner; ownerByUser",
            "language": "preferred_locale; Preferred Locale",
            "created_at": "dateAdded; date_added; Date Added; dateIdentified; date_identified; Date Identified",
        },
        others="""title; Title; mobile; Mobile; fax; Fax; address1; address2; Address Line 1; Address Line 2; state; State; zipcode; Zip Code;
            timezone; Timezone; points; Points; attribution; Attribution; attribution_date; Attribution Date; facebook; foursquare; instagram;
            linkedin; skype; twitter; Facebook; Instagram; LinkedIn; Skype; Twitter; last_active; Date Last Active; lastActive; tags; Tags;
            ipAddresses; owner_id; utmtags; color; segments""",
        workings="dateModified; date_modified; createdBy; createdByUser; modifiedBy; modifiedByUser; checkedOut; isPublished; is_published",
    ),
    Export(
        "Mautic", "company export", "companies",
        marks="companyname; companyemail; companycity; companycountry; companywebsite; companynumber_of_employees; companyannual_revenue; companyaddress1",
        fields={
            "external_id": "id; ID; Company ID",
            "name": "companyname; Company Name",
            "domain": "companywebsite; companyemail",
            "industry": "companyindustry",
            "employees": "companynumber_of_employees",
            "revenue": "companyannual_revenue",
            "country": "companycountry",
            "region": "companystate",
            "city": "companycity",
            "phone": "companyphone",
            "owner": "owner",
        },
        others="companyaddress1; companyaddress2; companyzipcode; companyfax; companydescription; score; owner_id",
        workings="dateModified; date_modified; createdBy; createdByUser; modifiedBy; modifiedByUser; isPublished; is_published",
    ),
)  # fmt: skip
