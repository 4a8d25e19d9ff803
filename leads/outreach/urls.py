from __future__ import annotations

from django.urls import path

from leads.outreach import views

app_name = "outreach"

urlpatterns = [
    path("leads/<int:pk>/talking-points/", views.recommendation_list, name="recommendation-list"),
    path("leads/<int:pk>/talking-points/<slug:slug>/", views.use_prepare, name="use-prepare"),
    path("leads/<int:pk>/talking-points/<slug:slug>/use/", views.use_create, name="use-create"),
    path(
        "leads/<int:pk>/talking-points/<slug:slug>/standing/",
        views.use_standing,
        name="use-standing",
    ),
    path("uses/<int:pk>/rate/", views.use_rate, name="use-rate"),
    path("talking-points/<slug:slug>/uses/", views.talking_point_uses, name="talking-point-uses"),
]
