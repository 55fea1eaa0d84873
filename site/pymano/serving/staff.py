"""Who of the staff may do what with models, for every page of the admin that shows or changes them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

SEE = "serving.view_wantedversion"
MANAGE = "serving.manage_models"


def may_see(request: HttpRequest) -> bool:
    """Whether who asks may see what TorchServe serves, and what was done to it."""
    return request.user.has_perm(SEE) or may_manage(request)


def may_manage(request: HttpRequest) -> bool:
    """Whether who asks may change what TorchServe serves."""
    return request.user.has_perm(MANAGE)


def require(allowed: bool) -> None:
    """Raise PermissionDenied where it is not allowed."""
    if not allowed:
        raise PermissionDenied


def person(request: HttpRequest) -> AbstractBaseUser:
    """Return who asks; the admin lets nobody in who has not signed in."""
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101
    return request.user
