from __future__ import annotations

from django.urls import path

from portal.accounts import views

app_name = "accounts"

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/tokens/", views.token_list, name="token-list"),
    path("me/tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("people/", views.user_list, name="user-list"),
    path("people/<int:pk>/", views.user_detail, name="user-detail"),
    path("teams/", views.team_list, name="team-list"),
    path("sessions/<int:pk>/end/", views.session_end, name="session-end"),
    path("sessions/end-others/", views.session_end_others, name="session-end-others"),
    path("resume/", views.resume, name="resume"),
]
