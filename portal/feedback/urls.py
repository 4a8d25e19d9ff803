from __future__ import annotations

from django.urls import path

from portal.feedback import views

app_name = "feedback"

urlpatterns = [
    path("", views.thread_list, name="thread-list"),
    path("new/", views.thread_create, name="thread-create"),
    path("on/<str:label>/<int:pk>/", views.subject_threads, name="subject-threads"),
    path("posts/<int:pk>/edit/", views.post_edit, name="post-edit"),
    path("<int:pk>/", views.thread_detail, name="thread-detail"),
    path("<int:pk>/reply/", views.thread_reply, name="thread-reply"),
    path("<int:pk>/vote/", views.thread_vote, name="thread-vote"),
    path("<int:pk>/acknowledge/", views.thread_acknowledge, name="thread-acknowledge"),
    path("<int:pk>/plan/", views.thread_plan, name="thread-plan"),
    path("<int:pk>/done/", views.thread_done, name="thread-done"),
    path("<int:pk>/decline/", views.thread_decline, name="thread-decline"),
    path("<int:pk>/answer/", views.thread_answer, name="thread-answer"),
    path("<int:pk>/assign/", views.thread_assign, name="thread-assign"),
    path("<int:pk>/reopen/", views.thread_reopen, name="thread-reopen"),
]
