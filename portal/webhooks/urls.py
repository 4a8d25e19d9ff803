from __future__ import annotations

from django.urls import path

from portal.webhooks import views
from portal.webhooks.api import HookIn

app_name = "webhooks"

urlpatterns = [
    path("", views.hook_list, name="hook-list"),
    path("new/", views.hook_create, name="hook-create"),
    path("in/<str:token>/", HookIn.as_view(), name="hook-in"),
    path("<int:pk>/", views.hook_detail, name="hook-detail"),
    path("<int:pk>/edit/", views.hook_edit, name="hook-edit"),
    path("<int:pk>/rotate/", views.hook_rotate, name="hook-rotate"),
    path("<int:pk>/secret/", views.hook_secret, name="hook-secret"),
    path("<int:pk>/unsigned/", views.hook_unsigned, name="hook-unsigned"),
    path("deliveries/<int:pk>/", views.delivery_detail, name="delivery-detail"),
    path("deliveries/<int:pk>/apply/", views.delivery_apply, name="delivery-apply"),
]
