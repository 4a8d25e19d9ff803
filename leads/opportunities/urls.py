from __future__ import annotations

from django.urls import path

from leads.opportunities import views

app_name = "opportunities"

urlpatterns = [
    path("opportunities/", views.opportunity_list, name="opportunity-list"),
    path("opportunities/board/", views.opportunity_board, name="opportunity-board"),
    path("opportunities/filters/", views.opportunity_filters, name="opportunity-filters"),
    path("opportunities/export/", views.opportunity_export, name="opportunity-export"),
    path("opportunities/new/", views.opportunity_create, name="opportunity-create"),
    path("opportunities/<int:pk>/", views.opportunity_detail, name="opportunity-detail"),
    path("opportunities/<int:pk>/edit/", views.opportunity_edit, name="opportunity-edit"),
    path("opportunities/<int:pk>/stage/", views.opportunity_move, name="opportunity-move"),
    path("opportunities/<int:pk>/close/", views.opportunity_close, name="opportunity-close"),
    path("opportunities/<int:pk>/reopen/", views.opportunity_reopen, name="opportunity-reopen"),
    path(
        "opportunities/<int:pk>/next-step/",
        views.opportunity_next_step,
        name="opportunity-next-step",
    ),
    path(
        "opportunities/<int:pk>/products/", views.opportunity_products, name="opportunity-products"
    ),
    path("leads/<int:pk>/convert/", views.lead_convert, name="lead-convert"),
    path("leads/<int:pk>/opportunities/", views.lead_panel, name="lead-panel"),
    path("companies/<int:pk>/opportunities/", views.company_panel, name="company-panel"),
]
