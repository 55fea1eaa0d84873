"""The API's part that deals in accounts and tokens, under /api/v1/."""

from django.urls import path

from pymano.accounts import api

urlpatterns = [
    path("token/", api.TokenView.as_view(), name="token"),
    path("token/refresh/", api.TokenRefreshView.as_view(), name="token-refresh"),
    path("token/blacklist/", api.TokenBlacklistView.as_view(), name="token-blacklist"),
    path("register/", api.RegisterView.as_view(), name="register"),
    path("me/", api.MeView.as_view(), name="me"),
]
