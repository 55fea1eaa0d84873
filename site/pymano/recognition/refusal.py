"""Why ink or a picture is not read."""

from typing import Literal

Code = Literal["malformed", "too_large", "unsupported_media_type", "nothing_to_read"]


class Refusal(ValueError):
    """What was sent cannot be read, now or later. str() says why, to who sent it; `field` may say where."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code: Code = code
        self.field = ""
