"""The addresses of the API, under /api/v1/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from pymano.api import views

app_name = "api-v1"

urlpatterns = [
    path("", include("pymano.accounts.api_urls")),
    path("predictions/", views.PredictionsView.as_view(), name="predictions"),
    path("predictions/<uuid:id>/", views.PredictionView.as_view(), name="prediction"),
    path("predictions/<uuid:id>/correction/", views.CorrectionView.as_view(), name="correction"),
    path("predictions/<uuid:id>/consent/", views.ConsentView.as_view(), name="consent"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-v1:schema", template_name="api/docs.html"),
        name="docs",
    ),
]
