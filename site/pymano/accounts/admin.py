"""Users in the admin. Staff look after people; power over the site is given and taken by superusers alone.

Other staff may change and delete ordinary accounts only, and cannot make anybody staff, put them in a group
or give them a permission. What would lead round that is not in the admin: groups are superusers' to change,
addresses are changed with the account they belong to, and tokens are not shown.
"""

from collections.abc import Sequence
from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group
from django.db.models import Count, Exists, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from rest_framework_simplejwt.token_blacklist import admin as token_admin
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from pymano.accounts.models import User
from pymano.recognition.models import Prediction

# They register themselves when they are loaded, which is why they are imported here.
for loaded, model in (
    (allauth_admin, EmailAddress),
    (token_admin, OutstandingToken),
    (token_admin, BlacklistedToken),
):
    assert loaded  # noqa: S101
    admin.site.unregister(model)
admin.site.unregister(Group)

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


def is_superuser(request: HttpRequest) -> bool:
    """Say whether who asks is a superuser."""
    return bool(getattr(request.user, "is_superuser", False))


class VerifiedFilter(admin.SimpleListFilter):
    """Filters by whether the e-mail address was confirmed."""

    title = "e-mail verified"
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Offer both."""
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Keep those that were asked for."""
        return queryset.filter(verified=self.value() == "yes") if self.value() else queryset


class NewUserForm(UserCreationForm):  # type: ignore[type-arg]
    """A new account, made by the staff."""

    class Meta:
        model = User
        fields = ("username", "email")


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin):  # type: ignore[type-arg]
    """The accounts."""

    list_display = ["username", "email", "verified", "readings", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", VerifiedFilter, "is_staff", "is_superuser", "groups", "date_joined"]
    search_fields = ["username", "email"]
    ordering = ["username"]
    date_hierarchy = "date_joined"
    readonly_fields = ["verified", "readings", "teaches_since", "date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("E-mail", {"fields": ["email", "verified"]}),
        ("Use", {"fields": ["is_active", "readings", "teaches_since", "date_joined", "last_login"]}),
        ("Powers", {"fields": POWERS}),
    ]
    add_form = NewUserForm
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "email", "password1", "password2"]}),
    ]
    actions = ["mark_verified", "switch_off", "switch_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Count readings, and see who confirmed an address, in the one query of the list."""
        confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
        own = Prediction.objects.filter(owner=OuterRef("pk")).order_by().values("owner")
        users: QuerySet[User] = super().get_queryset(request)
        # Counted for the rows that are shown, where a join would count everybody's.
        counted = Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)
        return users.annotate(readings=counted, verified=Exists(confirmed))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Look for the term as names and addresses are stored: MySQL would tell capitals apart."""
        return super().get_search_results(request, queryset, search_term.lower())

    @admin.display(boolean=True, ordering="verified", description="e-mail verified")
    def verified(self, user: User) -> bool:
        """Show whether the address was confirmed."""
        return bool(getattr(user, "verified", False))

    @admin.display(ordering="readings")
    def readings(self, user: User) -> str:
        """Show how many readings the account has, and lead to them."""
        path = f"{reverse('admin:recognition_prediction_changelist')}?owner__id__exact={user.pk}"
        return format_html('<a href="{}">{}</a>', path, getattr(user, "readings", 0))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep the staff's accounts from other staff: who sets a password can sign in with it."""
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep the staff's accounts from other staff."""
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def get_deleted_objects(
        self, objs: QuerySet[User] | Sequence[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Count what goes with the accounts: to list it, all their readings would be loaded, ink included."""
        readings = Prediction.objects.filter(owner__in=[user.pk for user in objs]).count()
        of_readings = self.admin_site.get_model_admin(Prediction)
        refused = {"user" for user in objs if not self.has_delete_permission(request, user)}
        if readings and not of_readings.has_delete_permission(request):
            refused.add("reading")
        return [str(user) for user in objs], {"users": len(objs), "readings": readings}, refused, []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Let superusers alone give power, to others or to themselves."""
        fixed = list(super().get_readonly_fields(request, obj))
        return fixed if is_superuser(request) else [*fixed, *POWERS]

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Save; a new address counts as not confirmed, whoever typed it."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            obj.use_address(obj.email, verified=False)

    @admin.action(description="Mark the e-mail address as verified", permissions=["change"])
    def mark_verified(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Take the staff's word for it."""
        users = self._touchable(request, queryset)
        for user in users:
            user.use_address(user.email, verified=True)
        self._report(request, "marked as verified", len(users))

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let nobody sign in with these accounts; their data is kept."""
        others = [user for user in self._touchable(request, queryset) if user.pk != request.user.pk]
        self._report(request, "switched off", self._switch(others, on=False))

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let people sign in again."""
        self._report(request, "switched on", self._switch(self._touchable(request, queryset), on=True))

    def _may_touch(self, request: HttpRequest, user: User | None) -> bool:
        return is_superuser(request) or user is None or not (user.is_staff or user.is_superuser)

    def _touchable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self._may_touch(request, user)]

    def _switch(self, users: list[User], *, on: bool) -> int:
        return User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=on)

    def _report(self, request: HttpRequest, done: str, count: int) -> None:
        self.message_user(
            request, f"Accounts {done}: {count}.", messages.SUCCESS if count else messages.WARNING
        )


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin):
    """Groups of permissions: the staff may see them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Superusers only: a group's members get what it is given."""
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Superusers only."""
        return is_superuser(request)
