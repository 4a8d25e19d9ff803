from __future__ import annotations

from django.urls import path

from portal.dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", views.home, name="home"),
    # Served from here because it counts the rows of two apps that do not know each other.
    path("notifications/badge/", views.badge, name="badge"),
]
