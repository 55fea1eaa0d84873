"""What the site asks browsers to keep apart, beyond what Django and its content security policy ask."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The pages need none of these: for a photograph the browser's own dialog for files opens a phone's camera.
UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    # Other sites may embed nothing of this one, were it a picture or a script.
    "Cross-Origin-Resource-Policy": "same-origin",
}


class IsolationMiddleware:
    """Puts the headers on every answer, static files too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
