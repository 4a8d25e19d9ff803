from __future__ import annotations

from django.urls import path

from portal.todo import views

app_name = "todo"

urlpatterns = [
    path("", views.task_list, name="task-list"),
    path("<int:pk>/complete/", views.task_complete, name="task-complete"),
]
