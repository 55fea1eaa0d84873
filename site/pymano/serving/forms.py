"""The forms of the admin's pages on models."""

from django import forms

from pymano.serving.models import MOST_WORKERS


class ConfirmForm(forms.Form):
    """Nothing but the button."""


class WorkersForm(forms.Form):
    """How many workers each TorchServe is to have."""

    workers = forms.IntegerField(
        min_value=1,
        max_value=MOST_WORKERS,
        help_text="In each TorchServe. A worker takes a core while it reads, and its own memory.",
    )


class UploadForm(forms.Form):
    """An archive, and the hash that it is to have."""

    archive = forms.FileField(help_text="A .mar, as made by make archive.")
    sha256 = forms.RegexField(
        r"^\s*[0-9A-Fa-f]{64}(\s.*)?$",  # sha256sum writes the name of the file behind it
        label="SHA-256",
        help_text="What sha256sum says of it where it was made.",
        error_messages={"invalid": "A SHA-256 is 64 digits from 0 to f."},
    )

    def clean_sha256(self) -> str:
        """Return the hash alone, in small letters."""
        return str(self.cleaned_data["sha256"]).split()[0].lower()
