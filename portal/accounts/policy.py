"""THE policy table: action × role → scope. Absent means no. Nothing else decides who may do what.

Holds strings and scopes only, so it imports no app. Read through ``user.has_perm(action)``,
``Model.objects.permitted(user, action)``, ``@requires(action)`` and ``PermittedViewSet``.
A manager has, besides the grants named here, those of their department's staff; where an action does
not name managers, what is the staff's own is theirs for the whole team.
``LEAD_VISIBILITY`` stands for the deployment's setting (own, team or everyone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from portal.accounts.roles import STAFF_ROLE, Department, Role, Scope

if TYPE_CHECKING:
    from portal.accounts.models import User

M, R, G, E = Role.MARKETER, Role.REP, Role.MANAGER, Role.EXECUTIVE
OWN, TEAM, ALL = Scope.OWN, Scope.TEAM, Scope.ALL
LEAD_VISIBILITY = "lead-visibility"

Grant = Scope | str
EVERYONE: dict[Role, Grant] = {M: ALL, R: ALL, G: ALL, E: ALL}
WRITERS: dict[Role, Grant] = {M: ALL, G: ALL}


def _document(
    label: str, *, writers: dict[Role, Grant], signers: dict[Role, Grant]
) -> dict[str, dict[Role, Grant]]:
    """The actions that every kind of agreed document has."""
    app, model = label.split(".")
    return {
        f"{app}.view_{model}": EVERYONE,
        f"{app}.add_{model}": writers,
        f"{app}.change_{model}": writers,
        f"{app}.propose_{model}": writers,
        f"{app}.withdraw_{model}": writers,
        f"{app}.sign_{model}": signers,
        f"{app}.retire_{model}": signers,
        f"{app}.watch_{model}": EVERYONE,
    }


GRANTS: dict[str, dict[Role, Grant]] = {
    # --- agreed documents -----------------------------------------------------------------
    **_document("personas.persona", writers=WRITERS, signers={G: ALL}),
    **_document("campaigns.campaign", writers=WRITERS, signers={G: ALL}),
    **_document("talking_points.talkingpoint", writers={M: ALL, R: ALL, G: ALL}, signers={G: ALL}),
    **_document("funnel.funneldefinition", writers={G: ALL}, signers={G: ALL}),
    **_document("slas.sla", writers={G: ALL}, signers={G: ALL}),
    **_document("scoring.scoringmodel", writers=WRITERS, signers={G: ALL}),
    "scoring.try_scoringmodel": WRITERS,
    "scoring.view_trial": WRITERS,
    "scoring.activate_scoringmodel": {G: ALL},
    # --- calendars of the agreement ---------------------------------------------------------
    "slas.view_calendar": EVERYONE,
    "slas.add_calendar": {G: ALL},
    "slas.change_calendar": {G: ALL},
    "slas.delete_calendar": {G: ALL},
    "slas.view_clock": {M: ALL, R: LEAD_VISIBILITY, G: ALL, E: ALL},
    # --- personas ---------------------------------------------------------------------------
    "personas.match_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    # --- campaigns --------------------------------------------------------------------------
    "campaigns.publish_campaign": WRITERS,
    "campaigns.postpone_campaign": WRITERS,
    "campaigns.cancel_campaign": WRITERS,
    "campaigns.acknowledge_campaign": {R: ALL},
    # --- talking points ---------------------------------------------------------------------
    "talking_points.use_talkingpoint": {M: ALL, R: ALL},
    "talking_points.rate_talkingpoint": {M: ALL, R: ALL},
    # --- leads ------------------------------------------------------------------------------
    "leads.view_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL, E: ALL},
    "leads.add_lead": {M: ALL, R: ALL, G: ALL},
    "leads.change_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "leads.assign_lead": {M: ALL, R: OWN, G: ALL},
    "leads.claim_lead": {R: LEAD_VISIBILITY},
    "leads.change_stage_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "leads.log_touchpoint": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "leads.restore_touchpoint": {G: ALL},
    "leads.add_note": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "leads.export_lead": {M: ALL, G: ALL},
    "leads.inspect_lead": {},
    # TEAM: one's own, and those that others share.
    "leads.view_savedview": {M: TEAM, R: TEAM, G: TEAM, E: TEAM},
    "leads.pin_savedview": {M: TEAM, R: TEAM, G: TEAM, E: TEAM},
    "leads.add_savedview": EVERYONE,
    "leads.change_savedview": {M: OWN, R: OWN, G: OWN, E: OWN},
    "leads.delete_savedview": {M: OWN, R: OWN, G: OWN, E: OWN},
    "segments.view_segment": {M: TEAM, R: TEAM, G: TEAM, E: TEAM},
    "segments.add_segment": {M: ALL, R: ALL, G: ALL},
    "segments.change_segment": {M: OWN, R: OWN},
    "segments.fill_segment": {M: OWN, R: OWN},
    "leads.view_columnchoice": {M: OWN, R: OWN, G: OWN, E: OWN},
    "leads.view_tag": EVERYONE,
    "leads.add_tag": {M: ALL, R: ALL, G: ALL},
    "leads.change_tag": {G: ALL},
    "leads.delete_tag": {G: ALL},
    "leads.tag_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "bulk.add_bulkact": {M: ALL, R: ALL, G: ALL},
    "bulk.view_bulkact": {M: OWN, R: OWN, G: TEAM},
    "bulk.undo_bulkact": {M: OWN, R: OWN, G: TEAM},
    "leads.view_company": EVERYONE,
    "leads.add_company": {M: ALL, R: ALL, G: ALL},
    "leads.change_company": {M: ALL, R: ALL, G: ALL},
    "leads.export_company": {M: ALL, G: ALL},
    "leads.inspect_company": {},
    "leads.view_touchpoint": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "leads.view_attributedefinition": EVERYONE,
    "leads.add_attributedefinition": {G: ALL},
    "leads.change_attributedefinition": {G: ALL},
    # --- routing and handoffs ----------------------------------------------------------------
    "routing.view_routingrule": {M: ALL, R: ALL, G: ALL},
    "routing.add_routingrule": {G: ALL},
    "routing.change_routingrule": {G: ALL},
    "routing.delete_routingrule": {G: ALL},
    "routing.try_routingrule": {M: ALL, G: ALL},
    "routing.view_territory": {M: ALL, R: ALL, G: ALL},
    "routing.add_territory": {G: ALL},
    "routing.change_territory": {G: ALL},
    "routing.delete_territory": {G: ALL},
    "routing.view_absence": {R: TEAM, G: ALL},
    "routing.add_absence": {R: OWN, G: ALL},
    "routing.delete_absence": {R: OWN, G: ALL},
    "handoffs.view_handoff": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "handoffs.offer_lead": {M: ALL, G: ALL},
    # Who is asked answers; managers do so for their teams.
    "handoffs.accept_handoff": {R: OWN, G: TEAM},
    "handoffs.reject_handoff": {R: OWN, G: TEAM},
    "handoffs.withdraw_handoff": {M: ALL, G: ALL},
    "handoffs.pass_on_handoff": {G: ALL},
    "handoffs.review_handoff": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    # --- the queue and the feed that fills it ------------------------------------------------
    "queue.view_queue": {R: ALL, G: ALL},
    "queue.view_feed": EVERYONE,
    # --- opportunities ----------------------------------------------------------------------
    "opportunities.view_opportunity": {M: ALL, R: LEAD_VISIBILITY, G: ALL, E: ALL},
    "opportunities.add_opportunity": {R: ALL, G: ALL},
    "opportunities.convert_lead": {R: LEAD_VISIBILITY, G: ALL},
    "opportunities.change_opportunity": {R: LEAD_VISIBILITY, G: ALL},
    "opportunities.assign_opportunity": {R: OWN, G: ALL},
    "opportunities.move_opportunity": {R: LEAD_VISIBILITY, G: ALL},
    # Who has it says how it ended; managers do so for their teams.
    "opportunities.close_opportunity": {R: OWN, G: TEAM},
    "opportunities.reopen_opportunity": {R: OWN, G: TEAM},
    "opportunities.export_opportunity": {M: ALL, G: ALL},
    "opportunities.inspect_opportunity": {},
    "opportunities.view_product": EVERYONE,
    "opportunities.add_product": {G: ALL},
    "opportunities.change_product": {G: ALL},
    "opportunities.view_opportunitystage": EVERYONE,
    "opportunities.add_opportunitystage": {G: ALL},
    "opportunities.change_opportunitystage": {G: ALL},
    "competitors.view_competitor": EVERYONE,
    "competitors.add_competitor": WRITERS,
    "competitors.change_competitor": WRITERS,
    # --- buying centres and target lists: a person's part is within reach when the person is -----
    "companies.view_member": {M: ALL, R: LEAD_VISIBILITY, G: ALL, E: ALL},
    "companies.add_member": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "companies.change_member": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "companies.remove_member": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "companies.view_targetlist": EVERYONE,
    "companies.add_targetlist": WRITERS,
    "companies.change_targetlist": WRITERS,
    "companies.add_targetaccount": WRITERS,
    "companies.remove_targetaccount": WRITERS,
    "companies.inspect_targetlist": {},
    "companies.inspect_member": {},
    # --- one record per person --------------------------------------------------------------
    "merging.view_candidate": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "merging.tell_apart_candidate": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "merging.start_scan": {M: ALL, G: ALL},
    "merging.merge_lead": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "merging.view_merge": {M: ALL, R: LEAD_VISIBILITY, G: ALL},
    "merging.undo_merge": {M: ALL, R: OWN, G: ALL},
    "merging.view_nickname": {G: ALL},
    "merging.add_nickname": {G: ALL},
    "merging.change_nickname": {G: ALL},
    "merging.delete_nickname": {G: ALL},
    "leads.view_heardanswer": EVERYONE,
    "leads.add_heardanswer": {G: ALL},
    "leads.change_heardanswer": {G: ALL},
    "intake.add_import": WRITERS,
    "intake.view_import": {M: OWN, G: TEAM},
    "intake.map_import": {M: OWN, G: TEAM},
    "intake.check_import": {M: OWN, G: TEAM},
    "intake.start_import": {M: OWN, G: TEAM},
    "intake.cancel_import": {M: OWN, G: TEAM},
    # --- privacy ------------------------------------------------------------------------------
    # A manager passes on what a person asked for; administrators do it.
    "privacy.add_personrequest": {G: ALL},
    "privacy.view_personrequest": {G: OWN},
    "privacy.withdraw_personrequest": {G: OWN},
    "privacy.run_personrequest": {},
    "privacy.view_retentionrule": {},
    "privacy.add_retentionrule": {},
    "privacy.change_retentionrule": {},
    "intake.undo_import": {M: OWN, G: TEAM},
    # --- webhooks: administrators only -------------------------------------------------------
    "webhooks.view_hook": {},
    "webhooks.add_hook": {},
    "webhooks.change_hook": {},
    "webhooks.rotate_hook": {},
    "webhooks.view_delivery": {},
    "webhooks.apply_delivery": {},
    # --- feedback ---------------------------------------------------------------------------
    "feedback.view_thread": EVERYONE,
    "feedback.add_thread": EVERYONE,
    "feedback.reply_thread": EVERYONE,
    "feedback.vote_thread": EVERYONE,
    # TEAM: the threads to which one's own side owes an answer.
    "feedback.acknowledge_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.plan_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.done_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.decline_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.answer_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.assign_thread": {M: TEAM, R: TEAM, G: TEAM},
    "feedback.reopen_thread": EVERYONE,
    "feedback.view_post": EVERYONE,
    "feedback.change_post": {M: OWN, R: OWN, G: OWN, E: OWN},
    # --- the agreement, reports, the rest ---------------------------------------------------
    "funnel.view_stage": EVERYONE,
    "reports.view_report": EVERYONE,
    "reports.export_report": EVERYONE,
    "search.search": EVERYONE,
    "dashboard.view_home": EVERYONE,
    "accounts.view_user": EVERYONE,
    "accounts.view_team": EVERYONE,
    "accounts.add_user": {},
    "accounts.change_user": {},
    "accounts.add_team": {},
    "accounts.change_team": {},
    "activity.view_activity": {},
    "accounts.use_admin": {G: ALL},
    "accounts.use_api": EVERYONE,
    # --- what is always one's own -----------------------------------------------------------
    "accounts.change_me": {M: OWN, R: OWN, G: OWN, E: OWN},
    "accounts.view_apitoken": {M: OWN, R: OWN, G: OWN, E: OWN},
    "accounts.add_apitoken": {M: OWN, R: OWN, G: OWN, E: OWN},
    "accounts.delete_apitoken": {M: OWN, R: OWN, G: OWN, E: OWN},
    "notifications.view_notification": {M: OWN, R: OWN, G: OWN, E: OWN},
    "notifications.change_notification": {M: OWN, R: OWN, G: OWN, E: OWN},
    "jobs.view_job": {M: OWN, R: OWN, G: OWN, E: OWN},
    "jobs.cancel_job": {M: OWN, R: OWN, G: OWN, E: OWN},
    "todo.view_task": {M: OWN, R: OWN, G: TEAM, E: OWN},
    "todo.complete_task": {M: OWN, R: OWN, G: TEAM, E: OWN},
}

#: Fields that a role sees hidden, by model. Masked in serializers, table cells and exports.
MASKED: dict[Role, dict[str, frozenset[str]]] = {
    E: {
        "leads.lead": frozenset(
            {
                "first_name",
                "last_name",
                "full_name",
                "email",
                "phone",
                "notes",
                "attributes",
                "external_id",
                "next_step",
            }
        ),
        # A name of a lead is hidden with the lead; these say who it is in other words.
        "opportunities.opportunity": frozenset({"next_step", "attributes", "external_id"}),
        # What people wrote about a person, who is often named in it.
        "companies.member": frozenset({"pains", "answer", "note"}),
        # The title of a clock names what it is about, often a person.
        "slas.clock": frozenset({"title"}),
    }
}

#: What a masked value looks like wherever it would have been shown.
MASK = "•••"


def _resolved(grant: Grant | None) -> Scope | None:
    if grant is None:
        return None
    if isinstance(grant, Scope):
        return grant
    return {"own": OWN, "team": TEAM, "everyone": ALL}[settings.LEAD_VISIBILITY]


def scope_of(role: str, department: str, action: str) -> Scope | None:
    """How far ``action`` reaches for a role in a department; None when it may never."""
    if role == Role.ADMINISTRATOR:
        return ALL
    grants = GRANTS.get(action, {})
    scopes = [_resolved(grants.get(Role(role)))]
    if role == G and department in STAFF_ROLE:
        staff = _resolved(grants.get(STAFF_ROLE[Department(department)]))
        # What is a marketer's own is their manager's to see to, unless the table names managers.
        scopes.append(TEAM if staff == OWN and G not in grants else staff)
    return max((scope for scope in scopes if scope is not None), default=None)


def scope_for(user: User, action: str) -> Scope | None:
    """How far ``action`` reaches for this person. Superusers reach everything."""
    if not user.is_authenticated or not user.is_active:
        return None
    if user.is_superuser:
        return ALL
    if not user.role:
        return None
    return scope_of(user.role, user.department, action)


def masked_fields(user: User, model_label: str) -> frozenset[str]:
    """Names of the fields of ``model_label`` ("leads.lead") that this person sees hidden."""
    if not getattr(user, "role", None):
        return frozenset()
    return MASKED.get(Role(user.role), {}).get(model_label, frozenset())
