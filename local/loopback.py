"""Requests to servers on this machine, past any proxy that the environment names for others."""

import requests


def get(url: str) -> requests.Response:
    """Ask within two seconds; requests.RequestException where nobody answers."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=2)
