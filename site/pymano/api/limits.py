"""How many bytes a request's body may have."""

from django.conf import settings

from pymano.recognition.pictures import BYTES

SLACK = 100_000
# Forms and other JSON are short.
PLAIN = 1_000_000
MULTIPART = BYTES + SLACK
# Base64 makes four characters of three bytes.
JSON = BYTES * 4 // 3 + SLACK
READINGS = "/api/v1/predictions/"
UPLOADS = "/admin/serving/wantedversion/upload/"


def limit(path: str, content_type: str | None) -> int:
    """Return the limit for a body of this type at this address."""
    if path == UPLOADS and settings.MODEL_UPLOADS:
        return int(settings.MODEL_UPLOAD_BYTES) + SLACK
    if path != READINGS:
        return PLAIN
    return MULTIPART if content_type == "multipart/form-data" else JSON
