"""What the accounts of the tests have in common."""

from typing import Any

from pymano.accounts.models import User

PASSWORD = "a horse in the rain"
INK = [[[0, 0, 0, 0.5], [10, 10, 20, 0.5]]]


def make_user(name: str, *, verified: bool = True, **more: Any) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, **more)
    user.use_address(user.email, verified=verified)
    return user
