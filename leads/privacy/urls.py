from __future__ import annotations

from django.urls import path

from leads.privacy import views

app_name = "privacy"

urlpatterns = [
    path("", views.request_list, name="request-list"),
    path("rules/", views.rule_list, name="rule-list"),
    path("rules/<slug:what>/", views.rule_edit, name="rule-edit"),
    path("tombstones/lift/", views.tombstone_lift, name="tombstone-lift"),
    path("<int:pk>/", views.request_detail, name="request-detail"),
    path("<int:pk>/run/", views.request_run, name="request-run"),
    path("<int:pk>/withdraw/", views.request_withdraw, name="request-withdraw"),
    path("<int:pk>/copy/", views.request_copy, name="request-copy"),
]
