"""Under which names the site answers: those of ALLOWED_HOSTS and, to those who watch over it, any."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from pymano.observation import FOR_OPERATORS


class HostMiddleware(CommonMiddleware):
    """Django's, which refuses other names, but not to probes and Prometheus: they come by an address.

    None of what they are answered has the name in it.
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Refuse a name that is not the site's."""
        if request.path_info in FOR_OPERATORS:
            return None
        return super().process_request(request)
