from __future__ import annotations

from django.urls import path

from leads.scoring import views
from leads.scoring.models import ScoringModel
from portal.documents.pages import DocumentPages

app_name = "scoring"

pages = DocumentPages(ScoringModel, details=views.scoring_model_details)
REVISION = "<slug:slug>/revisions/<int:number>/"

urlpatterns = [
    path("leads/<int:pk>/", views.score_panel, name="score-panel"),
    path("trials/<int:pk>/", views.trial_detail, name="trial-detail"),
    path("trials/<int:pk>/adopt/", views.suggestion_adopt, name="suggestion-adopt"),
    path("<slug:slug>/activate/", views.scoring_model_activate, name="scoring-model-activate"),
    path(f"{REVISION}try/", views.scoring_model_try, name="scoring-model-try"),
    path(f"{REVISION}rules/new/", views.rule_create, name="rule-create"),
    path(f"{REVISION}rules/<slug:key>/", views.rule_edit, name="rule-edit"),
    path(f"{REVISION}rules/<slug:key>/delete/", views.rule_delete, name="rule-delete"),
    *pages.paths(),
]
