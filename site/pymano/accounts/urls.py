"""The pages under /accounts/: our own first, then allauth's."""

from django.urls import include, path

from pymano.accounts import pages

urlpatterns = [
    path("profile/", pages.profile, name="profile"),
    path("consent/", pages.consent, name="account-consent"),
    path("export/", pages.export, name="account-export"),
    path("delete/", pages.delete, name="account-delete"),
    path("email/", pages.change_address, name="account_email"),
    path("email/forget/", pages.forget_pending_address, name="account-forget-email"),
    path("", include("allauth.account.urls")),
]
