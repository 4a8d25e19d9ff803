from __future__ import annotations

from django.urls import path

from leads.companies import views

app_name = "companies"

urlpatterns = [
    path("", views.company_list, name="company-list"),
    path("new/", views.company_create, name="company-create"),
    path("filters/", views.company_filters, name="company-filters"),
    path("export/", views.company_export, name="company-export"),
    path("options/", views.company_options, name="company-options"),
    path("target/", views.companies_target, name="companies-target"),
    path("targets/", views.target_list_list, name="target-list-list"),
    path("targets/new/", views.target_list_create, name="target-list-create"),
    path("targets/<int:pk>/", views.target_list_detail, name="target-list-detail"),
    path("targets/<int:pk>/edit/", views.target_list_edit, name="target-list-edit"),
    path("targets/<int:pk>/add/", views.accounts_add, name="accounts-add"),
    path("targets/<int:pk>/remove/", views.accounts_remove, name="accounts-remove"),
    path("of-lead/<int:pk>/", views.lead_panel, name="lead-panel"),
    path("members/<int:pk>/edit/", views.member_edit, name="member-edit"),
    path("members/<int:pk>/verify/", views.member_verify, name="member-verify"),
    path("members/<int:pk>/remove/", views.member_remove, name="member-remove"),
    path("relations/<int:pk>/remove/", views.relation_remove, name="relation-remove"),
    path("<int:pk>/", views.company_detail, name="company-detail"),
    path("<int:pk>/edit/", views.company_edit, name="company-edit"),
    path("<int:pk>/timeline/", views.company_timeline, name="company-timeline"),
    path("<int:pk>/buying-centre/", views.buying_centre, name="buying-centre"),
    path("<int:pk>/buying-centre/add/", views.member_add, name="member-add"),
    path("<int:pk>/buying-centre/relate/", views.relation_add, name="relation-add"),
]
