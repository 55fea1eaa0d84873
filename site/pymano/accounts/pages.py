"""The signed-in person's own pages: profile, e-mail address, export, leaving. The rest is allauth's."""

from collections.abc import Iterator

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from pymano.accounts.forms import ChangeAddressForm, PasswordAgainForm, is_taken
from pymano.accounts.models import User
from pymano.recognition import takeout
from pymano.recognition.models import Prediction
from pymano.teaching.models import used_readings_of


def signed_in(request: HttpRequest) -> User:
    """Return the user behind a page that asks for one."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


def sent(request: HttpRequest) -> QueryDict | None:
    """Return the form that was sent, were it empty; None when a page is only asked for."""
    return request.POST if request.method == "POST" else None


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer somebody who tries too often; allauth asks for this as the project's handler429."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


@login_required
@never_cache
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Show what the site knows of the person, and the ways to change it."""
    readings = Prediction.objects.of(request.user).count()
    return render(request, "account/profile.html", {"readings": readings})


@login_required
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Let the person's corrected and confirmed readings train models, or no longer."""
    user = signed_in(request)
    user.agree_to_teach(request.POST.get("agree") == "yes")
    said = (
        "Your corrections may train the reader now."
        if user.teaches
        else "Your readings train nothing from now on."
    )
    messages.success(request, said)
    return redirect("profile")


@login_required
@never_cache
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Hand the person everything that is theirs, as one zip."""
    user = signed_in(request)
    name = content_disposition_header(as_attachment=True, filename=f"pymano-{user.username}.zip")
    return StreamingHttpResponse(
        takeout.zipped(everything(user)),
        content_type="application/zip",
        headers={"Content-Disposition": str(name)},
    )


def everything(user: User) -> Iterator[takeout.Entry]:
    """Yield the files of an export: the account, what of it trained, then what the history's download has."""
    yield "account.json", takeout.as_json(account_facts(user))
    yield "training.json", takeout.as_json(used_readings_of(user))
    yield from takeout.history(Prediction.objects.of(user))


def account_facts(user: User) -> dict[str, object]:
    """Return what is kept of the person beside their readings; the hash of the password stays here."""
    return {
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "pending_email": user.pending_address and user.pending_address.email,
        "member_since": user.date_joined.isoformat(),
        "last_sign_in": user.last_login and user.last_login.isoformat(),
        "staff": user.is_staff,
        "groups": [group.name for group in user.groups.all()],
        "readings_may_train_since": user.teaches_since and user.teaches_since.isoformat(),
    }


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="reauthenticate")  # type: ignore[untyped-decorator]
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account and all its data, once the password was given again."""
    user = signed_in(request)
    form = PasswordAgainForm(sent(request), user=user)
    if not form.is_valid():
        readings = Prediction.objects.of(user).count()
        return render(request, "account/delete.html", {"form": form, "readings": readings})
    user.delete()
    logout(request)
    return render(request, "account/deleted.html")


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="manage_email")  # type: ignore[untyped-decorator]
def change_address(request: HttpRequest) -> HttpResponse:
    """Take a new e-mail address: at once, or once it is confirmed where addresses are verified."""
    user = signed_in(request)
    verify = app_settings.EMAIL_VERIFICATION == "mandatory"
    form = ChangeAddressForm(sent(request), user=user, tell_taken=not verify)
    if not form.is_valid():
        return render(request, "account/email.html", {"form": form, "pending": user.pending_address})
    email = form.cleaned_data["email"]
    if verify:
        return propose(request, user, email)
    return take(request, user, email)


def take(request: HttpRequest, user: User, email: str) -> HttpResponse:
    """Use a new address from now on, and tell the old one."""
    old = user.email
    try:
        user.use_address(email, verified=False)
    except IntegrityError:
        messages.error(request, "Another account took this address just now.")
        return redirect("account_email")
    changed = {"from_email": old, "to_email": email}
    get_adapter().send_notification_mail("account/email/email_changed", user, changed, email=old)
    messages.success(request, f"Your address is {email} now.")
    return redirect("profile")


def propose(request: HttpRequest, user: User, email: str) -> HttpResponse:
    """Send a link to a new address; its owner is told instead if another account has it."""
    if not ratelimit.consume(request, action="confirm_email", key=email):
        messages.warning(request, "A link went to this address a moment ago. Wait three minutes.")
        return redirect("account_email")
    address = user.propose_address(email)
    if is_taken(email, by_other_than=user):
        get_adapter().send_account_already_exists_mail(email)
    else:
        address.send_confirmation(request)
    messages.info(request, f"A link is on its way to {email}. Open it to use this address.")
    return redirect("account_email")


@login_required
@require_POST
def forget_pending_address(request: HttpRequest) -> HttpResponse:
    """Keep the address that is in use."""
    if pending := signed_in(request).pending_address:
        pending.delete()
    return redirect("account_email")
