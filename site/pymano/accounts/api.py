"""The API's views of accounts: tokens, a new account, one's own account."""

from typing import Any

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import CreateAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt import views as simplejwt

from pymano.accounts import schema
from pymano.accounts.limits import RegisterThrottle, TokenThrottle
from pymano.accounts.models import User
from pymano.accounts.serializers import MeSerializer, RegisterSerializer
from pymano.accounts.tokens import CredentialsSerializer, RefreshSerializer


@schema.TOKEN
class TokenView(simplejwt.TokenObtainPairView):
    """Sign in with a username (or an e-mail address) and a password.

    Send the access token as `Authorization: Bearer …`; it lives for 15 minutes. Use the refresh token to get
    the next pair. Attempts are limited by name and by address.
    """

    serializer_class = CredentialsSerializer
    throttle_classes = [TokenThrottle]


@schema.REFRESH
class TokenRefreshView(simplejwt.TokenRefreshView):
    """Trade a refresh token for a new pair. It can be used once; all die when the password is changed."""

    serializer_class = RefreshSerializer


@schema.BLACKLIST
class TokenBlacklistView(simplejwt.TokenBlacklistView):
    """Sign out: nobody can use this refresh token any more."""


@schema.REGISTER
class RegisterView(CreateAPIView[User]):
    """Make an account, unless this site has closed its sign-up."""

    serializer_class = RegisterSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = [RegisterThrottle]

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make the account; it gets no token before it signs in."""
        if settings.SIGN_UP == "closed":
            raise PermissionDenied("Sign-up is closed on this site.")
        return super().post(request, *args, **kwargs)

    def get_success_headers(self, data: Any) -> dict[str, str]:  # noqa: ARG002
        """Name no address: the account is at me/, for its owner alone."""
        return {}


@schema.ME
class MeView(RetrieveAPIView[User]):
    """The account whose token this is. It is changed on the pages, where the password can be asked again."""

    serializer_class = MeSerializer
    permission_classes = (IsAuthenticated,)

    def get_object(self) -> User:
        """Return who asks."""
        assert isinstance(self.request.user, User)  # noqa: S101 - IsAuthenticated has seen to it
        return self.request.user
