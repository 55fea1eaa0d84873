"""Users of a site under test: each registers and signs in over the API, from an address of its own.

Attempts to sign in are limited by address, as they should be; so the site must trust one proxy
(TRUSTED_PROXIES=1), whose part these users play.
"""

import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from local import loopback

_SECONDS = 60
_AT_ONCE = 4


class PeopleError(RuntimeError):
    """Somebody is not let in; the message says why, in one line."""


@dataclass(frozen=True)
class Person:
    """Who asks, and from where."""

    url: str
    """The site's address."""
    number: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)

    @property
    def name(self) -> str:
        """The name to sign in with."""
        return f"writer{self.number}"

    @property
    def origin(self) -> dict[str, str]:
        """What the proxy says of the address: one of those that are kept for documentation."""
        return {"X-Forwarded-For": f"198.51.{100 + self.number // 250}.{1 + self.number % 250}"}

    def register(self) -> None:
        """Make the account."""
        account = {"username": self.name, "email": f"{self.name}@example.org", "password": self.password}
        self._post("register", account)

    def sign_in(self) -> dict[str, str]:
        """Return the headers of a request by this person, good for a quarter of an hour."""
        tokens = self._post("token", {"username": self.name, "password": self.password})
        return self.origin | {"Authorization": f"Bearer {tokens['access']}"}

    def _post(self, where: str, content: Mapping[str, str]) -> dict[str, str]:
        with loopback.session() as session:
            answer = session.post(
                f"{self.url}/api/v1/{where}/", json=content, headers=self.origin, timeout=_SECONDS
            )
        try:
            answer.raise_for_status()
        except requests.HTTPError as error:
            raise PeopleError(f"{self.name} was refused at {where}: {answer.text[:200]}") from error
        said: dict[str, str] = answer.json()
        return said


def gather(url: str, count: int) -> list[Person]:
    """Register so many people."""
    people = [Person(url, number) for number in range(count)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(Person.register, people))
    return people


def sign_in(people: Iterable[Person]) -> list[dict[str, str]]:
    """Sign all of them in, and return the headers of each one's requests."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(Person.sign_in, people))
