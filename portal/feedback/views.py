"""The pages of feedback: inbox, thread, the panel of one subject, and the acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.errors import StaleEdit
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing
from portal.feedback import reading, services
from portal.feedback.filters import ThreadFilter
from portal.feedback.forms import (
    AnswerForm,
    AssignForm,
    DeclineForm,
    PostEditForm,
    PostForm,
    ThreadForm,
)
from portal.feedback.models import Post, Thread
from portal.topics import registry
from portal.topics.models import HasTopic
from portal.topics.reading import line_for

LISTING = Listing(
    {"latest": "last_post_at", "raised": "created_at"}, default="-latest", page_size=25
)
PANEL = Listing({"latest": "last_post_at"}, default="-latest", page_size=10)
#: How far back the figures above the inbox look.
FIGURES_SINCE = timedelta(days=90)

require_form = require_http_methods(["GET", "HEAD", "POST"])


# --- reading ----------------------------------------------------------------------------------------
@require_safe
@requires("feedback.view_thread")
def thread_list(request: PortalRequest) -> HttpResponse:
    """The inbox: what I owe, what my side owes, what I raised, all."""
    visible = Thread.objects.permitted(request.user, "feedback.view_thread")
    view = reading.chosen_view(request.user, request.GET.get("view", ""))
    filters = ThreadFilter(
        request.GET, queryset=reading.VIEWS[view](visible, request.user), request=request
    )
    found = filters.qs if filters.is_valid() else visible.none()
    page = LISTING.page(request, found.as_shown())
    context = {
        "page": page,
        "rows": reading.lines(page.rows, request.user),
        "form": filters.form,
        "tabs": reading.tabs(request.user, view),
        "view": view,
        "chips": reading.chips(filters, request.GET),
    }
    if not is_fragment(request):
        context["figures"] = visible.answer_figures(since=timezone.now() - FIGURES_SINCE)
    return render_page(request, "feedback/thread_list.html", "feedback/_thread_table.html", context)


@require_safe
@requires("feedback.view_thread")
def thread_detail(request: PortalRequest, pk: int) -> HttpResponse:
    return _show(request, _thread(request, pk, "feedback.view_thread"))


def _show(
    request: PortalRequest, thread: Thread, *, status: int = 200, **forms: Any
) -> HttpResponse:
    user = request.user
    subject = reading.visible_subject(thread, user)
    context = {
        "thread": thread,
        "subject": reading.subject_line(thread, subject, user),
        "posts": reading.posts(thread),
        "may": reading.acts(thread, user, subject),
        "form": PostForm(),
        "decline_form": DeclineForm(),
        "answer_form": AnswerForm(subject=subject),
        "assign_form": AssignForm(thread=thread, user=user),
        "passage": reading.passage_label(thread, subject),
    } | forms
    return render(request, "feedback/thread_detail.html", context, status=status)


@require_safe
@requires("feedback.view_thread")
def subject_threads(request: PortalRequest, label: str, pk: int) -> HttpResponse:
    """The threads of one subject and a small form: a part of other pages, and a page of its own."""
    return _panel(request, _subject(request, label, pk), ThreadForm())


def _panel(
    request: PortalRequest, subject: HasTopic, form: ThreadForm, status: int = 200
) -> HttpResponse:
    visible = Thread.objects.permitted(request.user, "feedback.view_thread").on(subject.topic_id)
    page = PANEL.page(request, visible.for_list().with_vote_of(request.user))
    context = {
        "subject": line_for(subject, request.user),
        "page": page,
        "rows": page.rows,
        "form": form,
        "passages": reading.passages(subject),
    }
    return render_page(
        request,
        "feedback/subject_threads.html",
        "feedback/_subject_threads.html",
        context,
        status=status,
    )


def _thread(request: PortalRequest, pk: int, action: str) -> Thread:
    rows = Thread.objects.permitted(request.user, action).for_list().with_vote_of(request.user)
    return get_object_or_404(rows.with_posts().select_related("revision"), pk=pk)


def _subject(request: PortalRequest, label: str, pk: object) -> HasTopic:
    subject = registry.find(label, pk, request.user)
    if subject is None:
        raise Http404
    return subject


# --- writing ----------------------------------------------------------------------------------------
@require_form
@requires("feedback.add_thread")
def thread_create(request: PortalRequest) -> HttpResponse:
    """``?on=personas.persona/7``, with ``passage`` and ``quote`` when it is about a passage."""
    label, _, pk = request.GET.get("on", "").partition("/")
    subject = _subject(request, label, pk)
    start = {key: request.GET.get(key, "")[:500] for key in ("passage", "quote", "kind")}
    form = ThreadForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        thread = services.add_thread(subject=subject, by=request.user, **form.cleaned_data)
        return _raised(request, subject, thread)
    status = 422 if request.method == "POST" else 200
    if is_fragment(request):
        return _panel(request, subject, form, status)
    context = {
        "form": form,
        "subject": line_for(subject, request.user),
        "passage": reading.passages(subject).get(form["passage"].value() or "", ""),
    }
    return render(request, "feedback/thread_create.html", context, status=status)


def _raised(request: PortalRequest, subject: HasTopic, thread: Thread) -> HttpResponse:
    if is_fragment(request):
        subject.refresh_from_db(fields=["topic"])
        return _panel(request, subject, ThreadForm())
    asked = thread.owner or thread.get_side_display()
    messages.success(request, f"Thank you. {asked} is asked to answer, and you will be told.")
    return redirect(thread)


@require_POST
@requires("feedback.reply_thread")
def thread_reply(request: PortalRequest, pk: int) -> HttpResponse:
    thread = _thread(request, pk, "feedback.reply_thread")
    form = PostForm(request.POST)
    if not form.is_valid():
        return _show(request, thread, status=422, form=form)
    post = services.reply_thread(thread=thread, by=request.user, **form.cleaned_data)
    return redirect(f"{thread.get_absolute_url()}#post-{post.pk}")


@require_form
@requires("feedback.change_post")
def post_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """One's own words. A conflict shows both texts and keeps what was typed."""
    mine = Post.objects.permitted(request.user, "feedback.change_post").select_related("thread")
    post = get_object_or_404(mine, pk=pk)
    form = PostEditForm(request.POST or None, post=post)
    context: dict[str, Any] = {"post": post, "thread": post.thread, "form": form}
    if request.method == "POST" and form.is_valid():
        return _save_post(request, context)
    return render(
        request, "feedback/post_edit.html", context, status=422 if request.method == "POST" else 200
    )


def _save_post(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    post, given = context["post"], context["form"].cleaned_data
    body = post.body if request.POST.get("keep_body") == "theirs" else given["body"]
    try:
        services.change_post(post=post, body=body, version=given["version"], by=request.user)
    except StaleEdit as error:
        data = request.POST.copy()
        data["version"] = post.version
        context |= {"form": PostEditForm(data, post=post), "conflicts": error.conflicts.values()}
        return render(request, "feedback/post_edit.html", context, status=409)
    messages.success(request, "Saved. What it said before can still be read beside it.")
    return redirect(f"{post.thread.get_absolute_url()}#post-{post.pk}")


# --- acts -------------------------------------------------------------------------------------------
@require_POST
@requires("feedback.vote_thread")
def thread_vote(request: PortalRequest, pk: int) -> HttpResponse:
    """``on`` says what is wanted, so that a second click changes nothing."""
    thread = _thread(request, pk, "feedback.vote_thread")
    wanted = {"1": True, "0": False}.get(request.POST.get("on", ""))
    services.vote_thread(thread=thread, by=request.user, wanted=wanted)
    thread = _thread(request, pk, "feedback.view_thread")
    if is_fragment(request):
        return render(request, "feedback/_vote.html", {"thread": thread})
    return redirect(thread)


def _act(verb: str, act: Callable[..., Thread], said: str) -> Callable[..., HttpResponse]:
    """A page that does one act which needs nothing but the thread."""

    @require_POST
    @requires(f"feedback.{verb}_thread")
    def view(request: PortalRequest, pk: int) -> HttpResponse:
        thread = act(thread=_thread(request, pk, f"feedback.{verb}_thread"), by=request.user)
        messages.success(request, said)
        return redirect(thread)

    return view  # type: ignore[return-value]


thread_acknowledge = _act(
    "acknowledge", services.acknowledge_thread, "Acknowledged. The author is told."
)
thread_plan = _act(
    "plan", services.plan_thread, "Planned. The author and those who voted are told."
)
thread_done = _act("done", services.done_thread, "Done. The author and those who voted are told.")
thread_reopen = _act(
    "reopen", services.reopen_thread, "Taken up again. Everybody who takes part is told."
)


@require_POST
@requires("feedback.decline_thread")
def thread_decline(request: PortalRequest, pk: int) -> HttpResponse:
    thread = _thread(request, pk, "feedback.decline_thread")
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, thread, status=422, decline_form=form)
    services.decline_thread(thread=thread, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, "Declined. The author and those who voted are told why.")
    return redirect(thread)


@require_POST
@requires("feedback.answer_thread")
def thread_answer(request: PortalRequest, pk: int) -> HttpResponse:
    thread = _thread(request, pk, "feedback.answer_thread")
    form = AnswerForm(request.POST, subject=reading.visible_subject(thread, request.user))
    if not form.is_valid():
        return _show(request, thread, status=422, answer_form=form)
    services.answer_thread(thread=thread, revision=form.cleaned_data["revision"], by=request.user)
    messages.success(request, "Linked. The author and those who voted are told.")
    return redirect(thread)


@require_POST
@requires("feedback.assign_thread")
def thread_assign(request: PortalRequest, pk: int) -> HttpResponse:
    thread = _thread(request, pk, "feedback.assign_thread")
    form = AssignForm(request.POST, thread=thread, user=request.user)
    if not form.is_valid():
        return _show(request, thread, status=422, assign_form=form)
    services.assign_thread(thread=thread, owner=form.cleaned_data["owner"], by=request.user)
    messages.success(request, f"{form.cleaned_data['owner']} is asked to answer.")
    return redirect(thread)
