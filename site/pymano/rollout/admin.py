"""The admin's pages on trials: the list, the comparison of two versions, and those that ask about a change.

Who may see them has rollout.view_rollout, who may change anything serving.manage_models.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator

from pymano.rollout import guard, router
from pymano.rollout.comparison import NEWEST, compare
from pymano.rollout.forms import EndForm, ShareForm, StartForm
from pymano.rollout.measures import curves, measures, timeline
from pymano.rollout.models import Kind, Rollout
from pymano.rollout.promotion import promote
from pymano.serving import changes, staff
from pymano.serving.models import WantedVersion
from pymano.serving.overview import overview

if TYPE_CHECKING:
    RolloutModelAdmin = admin.ModelAdmin[Rollout]
else:
    RolloutModelAdmin = admin.ModelAdmin

COLUMN = 60  # letters of a reason in the list
Form = forms.Form | ShareForm


@dataclass(frozen=True)
class Question:
    """What is asked before a trial is changed; `run` returns what to say, or nothing where it has ended."""

    action: str
    text: str
    form: Form
    run: Callable[[HttpRequest, Rollout, dict[str, Any]], str]


@admin.register(Rollout)
class RolloutAdmin(RolloutModelAdmin):
    """Trials of versions, past and present."""

    list_display = [
        "version",
        "kind",
        "share_now",
        "against",
        "began",
        "ended",
        "who_ended",
        "why",
    ]
    list_select_related = ["ended_by"]
    ordering = ["-started_at"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Have the admin's first page lead here whoever may come here."""
        return super().has_module_permission(request) or staff.may_manage(request)

    def has_view_permission(self, request: HttpRequest, obj: Rollout | None = None) -> bool:
        """Let those see who may see or manage."""
        return super().has_view_permission(request, obj) or staff.may_manage(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those start who may manage."""
        return staff.may_manage(request)

    def has_change_permission(self, request: HttpRequest, obj: Rollout | None = None) -> bool:  # noqa: ARG002
        """A trial is changed on pages of its own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rollout | None = None) -> bool:  # noqa: ARG002
        """What was tried is not forgotten."""
        return False

    @admin.display(description="share", ordering="share")
    def share_now(self, rollout: Rollout) -> str:
        """Show the share of a canary."""
        return f"{rollout.share} %" if rollout.kind == Kind.CANARY else ""

    @admin.display(description="started", ordering="started_at")
    def began(self, rollout: Rollout) -> datetime:
        """Show when it began."""
        return rollout.started_at

    @admin.display(description="ended", ordering="ended_at")
    def ended(self, rollout: Rollout) -> datetime | str:
        """Show when it ended."""
        return rollout.ended_at or "running"

    @admin.display(description="ended by")
    def who_ended(self, rollout: Rollout) -> str:
        """Name who ended it."""
        return "" if rollout.is_running else str(rollout.ended_by or "the site")

    @admin.display(description="reason")
    def why(self, rollout: Rollout) -> str:
        """Show as much of the reason as a column holds."""
        return Truncator(rollout.reason).chars(COLUMN)

    def get_urls(self) -> list[URLPattern]:
        """Lead to the list, to a comparison, and to the pages that ask."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="rollout_rollout_changelist"),
            path("add/", view(self.start_view), name="rollout_rollout_add"),
            path("<int:pk>/change/", view(self.compare_view), name="rollout_rollout_change"),
            path("<int:pk>/share/", view(self.share_view), name="rollout_share"),
            path("<int:pk>/end/", view(self.end_view), name="rollout_end"),
            path("<int:pk>/promote/", view(self.promote_view), name="rollout_promote"),
        ]

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show both versions side by side."""
        staff.require(self.has_view_permission(request))
        rollout = _find(pk)
        comparison = compare(rollout)
        times = timeline(comparison)
        arms = (comparison.usual, comparison.tried)
        return self._page(
            request,
            "rollout/compare.html",
            str(rollout),
            rollout=rollout,
            sides=[(arm, times.bars[i] if times else ()) for i, arm in enumerate(arms)],
            measures=measures(rollout, comparison),
            timeline=times,
            curves=curves(comparison),
            newest=f"{NEWEST:,}",
            next_look=guard.next_look(rollout),
            evidence=guard.evidence(rollout),
            false_alarms=round(100 * guard.FALSE_ALARMS),
        )

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what is to be tried, then start."""
        staff.require(staff.may_manage(request))
        default = WantedVersion.objects.filter(is_default=True).first()
        chosen = WantedVersion.objects.filter(version=request.GET.get("version", "")).first()
        form = StartForm(request.POST or None, initial={"wanted": chosen})
        if default and form.is_valid():
            return _start(request, form, default)
        return self._page(request, "rollout/start.html", "Try a version", form=form, default=default)

    def share_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for another share, then change it."""
        rollout = _find(pk)
        if rollout.kind != Kind.CANARY:
            raise Http404
        # A form changes what it is given, even where it then refuses it.
        form = ShareForm(request.POST or None, instance=_find(pk))
        text = (
            f"{rollout.version} reads for {rollout.share} % of the people. Within a few seconds it reads for:"
        )
        return self._ask(request, rollout, Question("Change the share", text, form, _change_share))

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why it ends, then end it."""
        rollout, form = _find(pk), EndForm(request.POST or None)
        text = f"Within a few seconds {rollout.version} is asked no more. It stays registered."
        return self._ask(request, rollout, Question("End", text, form, _end))

    def promote_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether it is to become the default, then make it so."""
        rollout, form = _find(pk), forms.Form(request.POST or None)
        text = (
            f"From now on {rollout.version} reads for everybody, in the place of {rollout.against}, and this "
            f"trial is over. {rollout.against} stays registered: the page of models leads back to it."
        )
        return self._ask(request, rollout, Question("Make the default", text, form, _promote))

    def _ask(self, request: HttpRequest, rollout: Rollout, question: Question) -> HttpResponse:
        staff.require(staff.may_manage(request))
        if not rollout.is_running:
            messages.error(request, f"{rollout} has ended already.")
        elif request.method == "POST" and (question.form.is_valid() or not question.form.fields):
            _carry_out(request, rollout, question)
        else:
            title = f"{question.action}: {rollout}"
            return self._page(request, "rollout/ask.html", title, rollout=rollout, question=question)
        return _to(rollout)

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        fixed = {"title": title, "opts": self.opts, "may_manage": staff.may_manage(request)}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | fixed | context)


def _start(request: HttpRequest, form: StartForm, default: WantedVersion) -> HttpResponse:
    rollout: Rollout = form.save(commit=False)
    wanted = form.cleaned_data["wanted"]
    rollout.kind = form.cleaned_data["kind"]
    try:
        rollout.start(wanted, default.version, by=staff.person(request))
    except IntegrityError:
        messages.error(request, "Somebody else has just started one. End it first.")
        return HttpResponseRedirect(reverse("admin:rollout_rollout_changelist"))
    router.trials.forget()
    messages.success(request, f"{rollout} has started.")
    one = overview().get(wanted.version)
    for row in one.rows if one else ():
        if row.differs:
            messages.warning(request, f"{row.url}: {wanted.version} is not as it should be: {row.differs}.")
    return _to(rollout)


def _carry_out(request: HttpRequest, rollout: Rollout, question: Question) -> None:
    given = question.form.cleaned_data if question.form.fields else {}
    try:
        done = question.run(request, rollout, given)
    except changes.RefusedError as error:
        messages.error(request, str(error))
        return
    router.trials.forget()
    if done:
        messages.success(request, done)
    else:
        messages.error(request, f"{rollout} has ended already.")


def _change_share(request: HttpRequest, rollout: Rollout, given: dict[str, Any]) -> str:
    done = rollout.change_share(given["share"], by=staff.person(request))
    return f"{rollout.version} reads for {rollout.share} % of the people." if done else ""


def _end(request: HttpRequest, rollout: Rollout, given: dict[str, Any]) -> str:
    return f"{rollout} has ended." if rollout.end(given["reason"], by=staff.person(request)) else ""


def _promote(request: HttpRequest, rollout: Rollout, _: dict[str, Any]) -> str:
    for note in changes.notes(rollout.version, promote(rollout=rollout, actor=staff.person(request))):
        messages.warning(request, note)
    return f"{rollout.version} is the default."


def _find(pk: int) -> Rollout:
    rollout = Rollout.objects.select_related("started_by", "ended_by").filter(pk=pk).first()
    if rollout is None:
        raise Http404
    return rollout


def _to(rollout: Rollout) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:rollout_rollout_change", args=[rollout.pk]))
