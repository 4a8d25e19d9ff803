from __future__ import annotations

from django.urls import path

from leads.handoffs import views

app_name = "handoffs"

urlpatterns = [
    path("handoffs/", views.handoff_list, name="handoff-list"),
    path("handoffs/<int:pk>/", views.handoff_detail, name="handoff-detail"),
    path("handoffs/<int:pk>/accept/", views.handoff_accept, name="handoff-accept"),
    path("handoffs/<int:pk>/reject/", views.handoff_reject, name="handoff-reject"),
    path("handoffs/<int:pk>/withdraw/", views.handoff_withdraw, name="handoff-withdraw"),
    path("handoffs/<int:pk>/pass-on/", views.handoff_pass_on, name="handoff-pass-on"),
    path("handoffs/<int:pk>/review/", views.handoff_review, name="handoff-review"),
    path("leads/<int:pk>/handoff/", views.lead_handoff, name="lead-handoff"),
    path("leads/<int:pk>/handoffs/", views.lead_panel, name="lead-panel"),
]
