"""How many bytes a request's body may have."""

from pymano.recognition.pictures import BYTES

SLACK = 100_000
# Forms and other JSON are short.
PLAIN = 1_000_000
MULTIPART = BYTES + SLACK
# Base64 makes four characters of three bytes.
JSON = BYTES * 4 // 3 + SLACK
READINGS = "/api/v1/predictions/"


def limit(path: str, content_type: str | None) -> int:
    """Return the limit for a body of this type at this address."""
    if path != READINGS:
        return PLAIN
    return MULTIPART if content_type == "multipart/form-data" else JSON
