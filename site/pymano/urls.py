"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from pymano import health

admin.site.site_header = admin.site.site_title = "Pymano"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler429 = "pymano.accounts.pages.too_many_requests"

urlpatterns = [
    path("", include("pymano.recognition.urls")),
    path("accounts/", include("pymano.accounts.urls")),
    path("api/v1/", include("pymano.api.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
