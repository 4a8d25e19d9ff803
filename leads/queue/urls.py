from __future__ import annotations

from django.urls import path

from leads.queue import views

app_name = "queue"

urlpatterns = [
    path("", views.queue_list, name="queue-list"),
    path("feed/", views.feed, name="feed"),
]
