"""The admin's pages on models: what every TorchServe serves, and how that is changed.

Who may see them has serving.view_wantedversion, who may change anything serving.manage_models; only
superusers upload. Every change is asked about once more, on a page of its own, and leaves a ModelEvent.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pymano.serving import card, changes, staff, upload
from pymano.serving.bringing import Outcome
from pymano.serving.forms import ConfirmForm, UploadForm, WorkersForm
from pymano.serving.models import ModelEvent, WantedVersion, in_words
from pymano.serving.overview import Overview, VersionView, overview

if TYPE_CHECKING:
    WantedVersionModelAdmin = admin.ModelAdmin[WantedVersion]
    ModelEventModelAdmin = admin.ModelAdmin[ModelEvent]
else:
    WantedVersionModelAdmin = ModelEventModelAdmin = admin.ModelAdmin

EVENTS_SHOWN = 10


@dataclass(frozen=True)
class Change:
    """A change that is asked about: `title` and `question` take the version, `run` the form's values, too.

    `begun` is said in place of `done` while a TorchServe still works at it.
    """

    title: str
    question: str
    done: str
    run: Callable[..., list[Outcome]]
    form: type[forms.Form] = ConfirmForm
    begun: str = ""
    allowed: Callable[[HttpRequest], bool] = staff.may_manage

    def told(self, version: str, brought: Iterable[Outcome]) -> str:
        """Say how it went."""
        waits = any(problem.version == version for outcome in brought for problem in outcome.problems)
        return (self.begun if waits and self.begun else self.done).format(version)


def _may_upload(request: HttpRequest) -> bool:
    return bool(settings.MODEL_UPLOADS and getattr(request.user, "is_superuser", False))


def _remove(version: str, actor: AbstractBaseUser) -> list[Outcome]:
    upload.remove(version=version, actor=actor)
    return []


CHANGES = {
    "register": Change(
        "Register {}",
        "Every TorchServe loads {} beside what it serves. It reads nothing until it is made the default.",
        "{} is registered.",
        changes.register,
        WorkersForm,
        begun="{} is being loaded. If its workers do not start, it is taken back; the events below tell.",
    ),
    "unregister": Change(
        "Unregister {}",
        "Every TorchServe drops {}. Its archive is kept, so that it can be registered again.",
        "{} is unregistered.",
        changes.unregister,
    ),
    "set-workers": Change(
        "Set the workers of {}",
        "Every TorchServe reads {} with this many workers.",
        "The workers of {} are set.",
        changes.set_workers,
        WorkersForm,
    ),
    "set-default": Change(
        "Make {} the default",
        "From now on {} reads what people write.",
        "{} is the default.",
        changes.set_default,
    ),
    "remove": Change(
        "Remove the archive of {}",
        "The archive of {}, which was uploaded, is deleted. Another of this version may be uploaded then.",
        "The archive of {} is removed.",
        _remove,
        allowed=_may_upload,
    ),
}
ROLL_BACK = Change(
    "Roll back to {}",
    "{}, which was the default before, reads again from now on.",
    "{} is the default again.",
    lambda version, actor: changes.roll_back(actor=actor),  # noqa: ARG005
)


@admin.register(WantedVersion)
class ModelsAdmin(WantedVersionModelAdmin):
    """The list of versions and replicas, the page of a version, and the pages that ask about a change."""

    def has_view_permission(self, request: HttpRequest, obj: WantedVersion | None = None) -> bool:  # noqa: ARG002
        """Let those see who may see or manage."""
        return staff.may_see(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A version is registered, on its page."""
        return False

    has_change_permission = has_delete_permission = lambda *_: False

    def get_urls(self) -> list[URLPattern]:
        """Lead to these pages alone; those of rows would change what is wanted and bring nobody to it."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="serving_wantedversion_changelist"),
            path("roll-back/", view(self.roll_back_view), name="serving_roll_back"),
            path("upload/", view(self.upload_view), name="serving_upload"),
            path("version/<str:version>/", view(self.version_view), name="serving_version"),
            path("version/<str:version>/<slug:change>/", view(self.ask_view), name="serving_change"),
        ]

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Show all versions and all replicas."""
        staff.require(self.has_view_permission(request))
        shown = overview()
        return self._page(
            request,
            "serving/models.html",
            "Models",
            overview=shown,
            previous=changes.previous_default() if shown.is_decided else None,
            events=ModelEvent.objects.all()[:EVENTS_SHOWN],
            may_upload=_may_upload(request),
        )

    def version_view(self, request: HttpRequest, version: str) -> HttpResponse:
        """Show one version: its card, its scores, and what each replica says of it."""
        staff.require(self.has_view_permission(request))
        one = _known(overview(), version)
        return self._page(
            request,
            "serving/version.html",
            f"Version {version}",
            one=one,
            may_upload=_may_upload(request),
            card=card.render(one.archive.card) if one.archive else "",
            events=ModelEvent.objects.filter(version=version)[:EVENTS_SHOWN],
        )

    def ask_view(self, request: HttpRequest, version: str, change: str) -> HttpResponse:
        """Ask whether a change is meant, then do it."""
        if change not in CHANGES:
            raise Http404
        staff.require(CHANGES[change].allowed(request))
        return self._ask(request, version, CHANGES[change])

    def roll_back_view(self, request: HttpRequest) -> HttpResponse:
        """Ask whether the previous default is to come back, then do it."""
        staff.require(staff.may_manage(request))
        version = changes.previous_default()
        if version is None:
            messages.error(request, "There is no earlier default that could be served.")
            return _to_list()
        return self._ask(request, version, ROLL_BACK)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take an archive from a superuser, where the settings allow it."""
        staff.require(_may_upload(request))
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = UploadForm(*sent)
        if form.is_valid():
            try:
                approved = upload.accept(
                    file=form.cleaned_data["archive"],
                    sha256=form.cleaned_data["sha256"],
                    actor=staff.person(request),
                )
            except changes.RefusedError as error:
                form.add_error("archive", str(error))
            else:
                messages.success(
                    request, f"The archive {approved.name} is uploaded. It can be registered now."
                )
                return HttpResponseRedirect(reverse("admin:serving_version", args=[approved.version]))
        return self._page(request, "serving/upload.html", "Upload an archive", form=form)

    def _ask(self, request: HttpRequest, version: str, change: Change) -> HttpResponse:
        shown = overview()
        one = _known(shown, version)
        sent = request.POST if request.method == "POST" else None
        workers = one.wanted.workers if one.wanted else shown.usual_workers
        form = change.form(sent, initial={"workers": workers})
        if form.is_valid():
            return _carry_out(request, one.version, change, form)
        return self._page(
            request,
            "serving/ask.html",
            change.title.format(one.version),
            question=change.question.format(one.version),
            one=one,
            form=form,
        )

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        fixed = {"title": title, "opts": self.opts, "may_manage": staff.may_manage(request)}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | fixed | context)


def _carry_out(request: HttpRequest, version: str, change: Change, form: forms.Form) -> HttpResponse:
    try:
        brought = change.run(version=version, actor=staff.person(request), **form.cleaned_data)
    except changes.RefusedError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:serving_version", args=[version]))
    messages.success(request, change.told(version, brought))
    for note in changes.notes(version, brought):
        messages.warning(request, note)
    return _to_list()


def _to_list() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:serving_wantedversion_changelist"))


def _known(shown: Overview, version: str) -> VersionView:
    one = shown.get(version)
    if one is None:
        raise Http404
    return one


class InWordsFilter(admin.AllValuesFieldListFilter):
    """A filter by words such as "set_default", written as pages write them."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield them all, "set default" for "set_default"."""
        for choice in super().choices(changelist):
            yield choice | {"display": in_words(str(choice["display"]))}


@admin.register(ModelEvent)
class ModelEventAdmin(ModelEventModelAdmin):
    """What was done to the models: to be read, never changed or deleted."""

    class Media:
        css = {"all": ["serving/models.css"]}

    date_hierarchy = "at"
    empty_value_display = ""
    list_display = ["when", "what", "version", "outcome", "who", "details"]
    list_filter = [("action", InWordsFilter), "outcome", "version"]
    list_display_links = None

    def has_view_permission(self, request: HttpRequest, obj: ModelEvent | None = None) -> bool:
        """Let those see who may see the versions, whose pages lead here, or manage."""
        return super().has_view_permission(request, obj) or staff.may_see(request)

    has_add_permission = has_change_permission = has_delete_permission = lambda *_: False

    @admin.display(description="at", ordering="at")
    def when(self, event: ModelEvent) -> SafeString:
        """Show when it was done, on one line."""
        return format_html('<span class="nowrap">{}</span>', date_format(event.at, "DATETIME_FORMAT"))

    @admin.display(description="action", ordering="action")
    def what(self, event: ModelEvent) -> str:
        """Say what was done."""
        return event.action_in_words

    @admin.display(description="by", ordering="actor_name")
    def who(self, event: ModelEvent) -> str:
        """Name who did it."""
        return event.actor_name or "the site"
