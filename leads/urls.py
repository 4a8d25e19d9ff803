from __future__ import annotations

from django.urls import path

from leads import views

app_name = "leads"

urlpatterns = [
    path("", views.lead_list, name="lead-list"),
    path("new/", views.lead_create, name="lead-create"),
    path("filters/", views.lead_filters, name="lead-filters"),
    path("conditions/", views.condition_edit, name="condition-edit"),
    path("conditions/count/", views.condition_count, name="condition-count"),
    path("views/", views.saved_view_list, name="saved-view-list"),
    path("views/new/", views.saved_view_create, name="saved-view-create"),
    path("views/<int:pk>/edit/", views.saved_view_edit, name="saved-view-edit"),
    path("views/<int:pk>/update/", views.saved_view_update, name="saved-view-update"),
    path("views/<int:pk>/delete/", views.saved_view_delete, name="saved-view-delete"),
    path("views/<int:pk>/restore/", views.saved_view_restore, name="saved-view-restore"),
    path("views/<int:pk>/copy/", views.saved_view_copy, name="saved-view-copy"),
    path("views/<int:pk>/pin/", views.saved_view_pin, name="saved-view-pin"),
    path("views/<int:pk>/unpin/", views.saved_view_unpin, name="saved-view-unpin"),
    path("views/<int:pk>/default/", views.saved_view_default, name="saved-view-default"),
    path("views/<int:pk>/move/", views.saved_view_move, name="saved-view-move"),
    path("export/", views.lead_export, name="lead-export"),
    path("fitting/<slug:slug>/", views.persona_panel, name="persona-panel"),
    path("columns/", views.columns_keep, name="columns-keep"),
    path("<int:pk>/", views.lead_detail, name="lead-detail"),
    path("<int:pk>/drawer/", views.lead_drawer, name="lead-drawer"),
    path("<int:pk>/timeline/", views.lead_timeline, name="lead-timeline"),
    path("<int:pk>/edit/", views.lead_edit, name="lead-edit"),
    path("<int:pk>/assign/", views.lead_assign, name="lead-assign"),
    path("<int:pk>/claim/", views.lead_claim, name="lead-claim"),
    path("<int:pk>/stage/", views.lead_change_stage, name="lead-change-stage"),
    path("<int:pk>/lost/", views.lead_mark_lost, name="lead-mark-lost"),
    path("<int:pk>/reopen/", views.lead_reopen, name="lead-reopen"),
    path("<int:pk>/touchpoints/", views.touchpoint_list, name="touchpoint-list"),
    path("touchpoints/<int:pk>/restore/", views.touchpoint_restore, name="touchpoint-restore"),
    path("<int:pk>/log/", views.touchpoint_log, name="touchpoint-log"),
    path("<int:pk>/notes/", views.note_add, name="note-add"),
    path("<int:pk>/next-step/", views.lead_next_step, name="lead-next-step"),
    path("<int:pk>/source/", views.lead_source, name="lead-source"),
    path("<int:pk>/persona/", views.lead_persona, name="lead-persona"),
]
