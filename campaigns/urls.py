from __future__ import annotations

from django.urls import path

from campaigns import views
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign
from portal.documents.pages import DocumentPages

app_name = "campaigns"

pages = DocumentPages(Campaign, filterset_class=CampaignFilter, details=views.campaign_details)

urlpatterns = [
    *pages.paths(),
    path("<slug:slug>/publish/", views.campaign_publish, name="campaign-publish"),
    path("<slug:slug>/acknowledge/", views.campaign_acknowledge, name="campaign-acknowledge"),
    path("<slug:slug>/postpone/", views.campaign_postpone, name="campaign-postpone"),
    path("<slug:slug>/cancel/", views.campaign_cancel, name="campaign-cancel"),
    path("<slug:slug>/readers/", views.campaign_readers, name="campaign-readers"),
]
