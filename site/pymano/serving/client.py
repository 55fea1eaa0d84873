"""All that the site says to TorchServe, and all that it hears."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Alternative:
    """Another text that the ink may say; its confidence lies in 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Character:
    """One character of the text, and where it stands: fractions of the ink's width."""

    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True)
class Reading:
    """What the recogniser read, and which model it was."""

    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    characters: tuple[Character, ...]
    model_name: str
    model_version: str
