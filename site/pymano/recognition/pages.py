"""The pages: write, picture, history. Reading itself goes through the API, which the pages' scripts call."""

from pathlib import PurePath
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag, url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from pymano.recognition import takeout
from pymano.recognition.models import Prediction

PAGE = 20
QUERY = 200


@never_cache
@login_required
@require_safe
@ensure_csrf_cookie
def write(request: HttpRequest) -> HttpResponse:
    """The sheet to write on."""
    return render(request, "recognition/write.html")


@never_cache
@login_required
@require_safe
@ensure_csrf_cookie
def picture(request: HttpRequest) -> HttpResponse:
    """A picture in place of the sheet."""
    return render(request, "recognition/picture.html")


@never_cache
@login_required
@require_safe
@ensure_csrf_cookie
def history(request: HttpRequest) -> HttpResponse:
    """Show the person's own readings, newest first, or those that match `q`."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:QUERY]
    own = Prediction.objects.of(request.user)
    page = Paginator(own.matching(query), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "query": query,
        "any": page.paginator.count or own.exists(),
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "here": request.get_full_path(),
        "linked": urlencode({"q": query}) + "&" if query else "",
    }
    return render(request, "recognition/history.html", context)


@never_cache
@login_required
@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Send everything that the person had read, as a zip that is made on the way."""
    entries = takeout.history(Prediction.objects.of(request.user))
    name = f"pymano-history-{timezone.localdate():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(takeout.zipped(entries), content_type="application/zip", headers=headers)


@cache_control(private=True, no_cache=True)
@login_required
@require_safe
def stored_picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send a picture to its owner. Its type comes from our own name for it, never from a guess.

    Browsers may keep it, but ask each time whether they may show it: the next person at the machine may not.
    """
    prediction = get_object_or_404(Prediction.objects.of(request.user).exclude(picture=None), pk=pk)
    etag = quote_etag(PurePath(prediction.picture.name or "").stem)
    if (unchanged := get_conditional_response(request, etag=etag)) is not None:
        return unchanged
    try:
        file = prediction.picture.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404("The picture is gone.") from error
    suffix = PurePath(prediction.picture.name or "").suffix
    headers = {"X-Content-Type-Options": "nosniff", "ETag": etag}
    return FileResponse(
        file, filename=f"{pk}{suffix}", content_type=f"image/{suffix.removeprefix('.')}", headers=headers
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether a reading may go; a POST takes it away. With scripts the history asks in a dialog."""
    prediction = get_object_or_404(Prediction.objects.of(request.user), pk=pk)
    back = _back(request)
    if request.method != "POST":
        return render(request, "recognition/delete.html", {"prediction": prediction, "back": back})
    prediction.delete()
    messages.success(request, "Deleted.")
    return redirect(back)


@require_safe
def icon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Lead browsers that look for an icon without a page, as beside the API's JSON, to the real one."""
    return redirect(static("pymano/icon.svg"))


def _back(request: HttpRequest) -> str:
    """Return where in the history the person was: a path, which `redirect` takes for nothing else."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if ours and back.startswith("/") else reverse("history")
