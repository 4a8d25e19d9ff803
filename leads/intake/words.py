"""What other systems call the values of fields that have few. Plain data.

Words are compared without case, accents, spaces and punctuation.
"""

from __future__ import annotations

#: How a mapping says of a stage that the lead is lost, in the stage that it has reached.
LOST = "lost"
_TOUCHES = {
    "call": "phone phonecall telephone callcompleted callmade voicemail outboundcall inboundcall coldcall dial calllogged",
    "email": "mail emailsent emailreceived outboundemail inboundemail emailreply reply replied emailbounced outreach sequenceemail",
    "meeting": "demo demonstration appointment visit onsite onsitevisit videocall discoverycall presentation meetingbooked "
    "meetingheld zoom",
    "event": "webinar conference tradeshow fair workshop roundtable seminar eventattended webinarattended exhibition",
    "form": "formsubmission formsubmitted submission signup registration contactform formfill formfilled trial trialstart "
    "formsubmit demorequest",
    "download": "contentdownload assetdownload whitepaper ebook downloaded",
    "page_view": "pageview pagevisit visitedpage website websitevisit webvisit session pageviewed web view pageviewedonwebsite",
    "chat": "livechat olarkchat chatconversation whatsapp sms text textmessage",
    "mail_open": "open opened emailopened emailopen mailopened",
    "mail_click": "click clicked emailclick emailclicked emaillinkclicked linkclicked",
    "advert": "ad ads adclick paidad display displayad adimpression ppc",
    "social": "socialmedia linkedin linkedinmessage twitter facebook socialtouch linkedintouch",
    "other": "note task unknown misc",
}  # fmt: skip
_DIRECTIONS = {
    "in": "inbound incoming received buyer frombuyer fromthebuyer customer",
    "out": "outbound outgoing sent us fromus company",
}
_STATUSES = {
    "open": "pending active new inprogress engaging prospecting false",
    "won": "closedwon win signed converted success customer yes true",
    "lost": "closedlost loss lose dead abandoned failed disqualified no",
}


def _table(words: dict[str, str]) -> dict[str, str]:
    return {word: value for value, line in words.items() for word in line.split()}


#: (kind of record, field) → what others say → our value.
TABLES = {
    ("touchpoints", "kind"): _table(_TOUCHES),
    ("touchpoints", "direction"): _table(_DIRECTIONS),
    ("opportunities", "status"): _table(_STATUSES),
}
#: Kinds of touch that come from the buyer unless the file says otherwise.
FROM_BUYER = frozenset(
    {"event", "form", "download", "page_view", "chat", "mail_open", "mail_click", "advert"}
)
