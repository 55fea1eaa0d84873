"""The health check of the site's image."""

import pytest

import healthy
from tests.answering import answering


@pytest.fixture
def port(monkeypatch):
    """Make the check ask another port than the image's."""

    def use(number):
        monkeypatch.setattr(healthy, "PORT", number)

    return use


def test_a_site_that_is_ready_is_healthy(port):
    with answering(200) as site:
        port(site.server_port)
        healthy.main()
    assert site.asked == ["/readyz"]


def test_a_site_without_its_database_is_not(port):
    with answering(503) as site:
        port(site.server_port)
        with pytest.raises(SystemExit) as refused:
            healthy.main()
    assert str(refused.value) == "The site is not ready: 503"


def test_nor_is_one_that_does_not_answer(port):
    with answering(200) as site:
        port(site.server_port)
    with pytest.raises(SystemExit) as refused:
        healthy.main()
    assert str(refused.value).startswith("The site does not answer")
