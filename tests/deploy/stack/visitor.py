"""A visitor of the stack: asks the proxy for everything, under the name that the site is known by."""

import os
import re
import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter

PROXY = "proxy"
CERTIFICATE = "/run/secrets/tls_certificate"
NAME = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
PORT = os.environ["HTTPS_PORT"]
HOST = NAME if PORT == "443" else f"{NAME}:{PORT}"
SECONDS = 40
"""A little more than the proxy waits for the site."""

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def trust() -> ssl.SSLContext:
    """Trust the certificate of this installation, whoever signed it, and no other."""
    context = ssl.create_default_context(cafile=CERTIFICATE)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


class ByName(HTTPAdapter):
    """Asks a server for the site by its public name, and checks the certificate for that."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(
            *args, **options, ssl_context=trust(), server_hostname=NAME, assert_hostname=NAME
        )


class Visitor(requests.Session):
    """Somebody without an account. Redirects are answers as any others: nobody follows them."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = CERTIFICATE
        self.headers["Host"] = HOST
        self.mount("https://", ByName())

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Ask for a path."""
        options = {"timeout": SECONDS} | options | {"allow_redirects": False}
        return super().request(method, f"https://{PROXY}:8443{url}", **options)

    def submit(self, path: str, **fields: str) -> requests.Response:
        """Open the page with a form, fill it in and send it, as browsers do."""
        page = self.get(path)
        token = TOKEN.search(page.text)
        assert token, f"{path} answered {page.status_code} without a form"
        origin = f"https://{HOST}"
        return self.post(
            path,
            data={"csrfmiddlewaretoken": token[1], **fields},
            headers={"Origin": origin, "Referer": origin + path},
        )


class Person(Visitor):
    """Somebody with a name and a password, and with an account once it is made."""

    def __init__(self, name: str, password: str) -> None:
        super().__init__()
        self.name = name
        self.password = password
        self.signed_in = False

    def register(self) -> None:
        """Make an account by the API, and get a token."""
        account = {"username": self.name, "email": f"{self.name}@example.org", "password": self.password}
        made = self.post("/api/v1/register/", json=account)
        assert made.status_code == 201, made.text
        known = self.post("/api/v1/token/", json={"username": self.name, "password": self.password})
        assert known.status_code == 200, known.text
        self.headers["Authorization"] = f"Bearer {known.json()['access']}"

    def sign_in(self) -> requests.Response:
        """Sign in on the page; a redirect where it worked, the form again where not."""
        answer = self.submit("/accounts/login/", login=self.name, password=self.password)
        self.signed_in = answer.status_code == 302
        return answer

    def be_signed_in(self) -> None:
        """Sign in on the page, if it was not done before."""
        if not self.signed_in:
            assert self.sign_in().status_code == 302

    def leave(self) -> None:
        """Delete the account and everything in it."""
        self.be_signed_in()
        left = self.submit("/accounts/delete/", password=self.password)
        assert left.status_code == 200, left.text
        assert "Delete my account" not in left.text
