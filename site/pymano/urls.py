"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from pymano import faults, health, scrape

admin.site.site_header = admin.site.site_title = "Pymano"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler429 = "pymano.accounts.pages.too_many_requests"

urlpatterns = [
    path("", include("pymano.recognition.urls")),
    path("accounts/", include("pymano.accounts.urls")),
    path("api/v1/", include("pymano.api.urls")),
    re_path("^api/(?P<path>.*)$", faults.unknown_api),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", scrape.metrics, name="metrics"),
]

handler400 = faults.bad_request
handler403 = faults.permission_denied
handler404 = faults.not_found
handler500 = faults.server_error
