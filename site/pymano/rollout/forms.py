"""What is asked about a trial before it begins, changes or ends."""

from typing import Any

from django import forms

from pymano.rollout.models import Kind, Rollout
from pymano.serving.models import WantedVersion


class StartForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which version is tried, and how."""

    wanted = forms.ModelChoiceField(
        WantedVersion.objects.filter(is_default=None),
        label="Version",
        empty_label=None,
        help_text="Registered, and not the default. Others are registered on the page of models.",
    )
    kind = forms.ChoiceField(
        choices=[
            (Kind.CANARY, "Canary: it reads for a share of the people, and they see what it read."),
            (Kind.SHADOW, "Shadow: it is asked too, for everybody, and nobody sees what it read."),
        ],
        initial=Kind.CANARY,
        widget=forms.RadioSelect,
    )

    field_order = ["wanted", "kind"]

    class Meta:
        model = Rollout
        fields = ["share", "slower", "minimum"]
        labels = {
            "share": "Share of the people, in %",
            "slower": "Allowed to be slower by, in %",
            "minimum": "Readings before the guard judges",
        }
        help_texts = {
            "share": "For a canary: 1 to 99. Who is in the share stays in it, and still does when it grows.",
            "slower": "For a canary: the guard ends it where readings take longer than that, beyond chance.",
            "minimum": "For a canary: 10 at least. Then the guard looks whenever there is half as much more.",
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a second trial of a kind."""
        given = super().clean() or {}
        running = Rollout.objects.running().filter(kind=given.get("kind")).first()
        if running:
            self.add_error("kind", f"{running} is running. End it first.")
        return given


class ShareForm(forms.ModelForm):  # type: ignore[type-arg]
    """Another share."""

    class Meta:
        model = Rollout
        fields = ["share"]
        labels = {"share": "Share of the people, in %"}
        help_texts = {"share": "1 to 99. Where it grows, who is in it stays in it."}


class EndForm(forms.Form):
    """Why it ends."""

    reason = forms.CharField(max_length=500, help_text="For those who look at this later.")
