"""The staff's view of readings: what was sent and read is not theirs to change, its correction is."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from pymano import adminlog
from pymano.recognition.models import Prediction, PredictionQuerySet
from pymano.recognition.templatetags.readings import percent

COLUMN = 40  # letters of a text in the list

if TYPE_CHECKING:
    PredictionModelAdmin = admin.ModelAdmin[Prediction]
else:
    PredictionModelAdmin = admin.ModelAdmin


@admin.register(Prediction)
class PredictionAdmin(PredictionModelAdmin):
    """Readings by owner, model and day; searched as their owners search."""

    date_hierarchy = "created_at"
    list_display = ["shortened", "owner", "sure", "kind", "read_by", "created_at"]
    list_filter = [("correction", admin.EmptyFieldListFilter), "model_version", "decoder", "created_at"]
    # Owners are fetched after: joined, MySQL may read all of them first, and sort everybody's readings.
    list_select_related = ()
    search_fields = ["owner__username", "owner__email"]
    search_help_text = "A text, or an owner's name or address."
    fields = (
        "correction",
        "text",
        "sure",
        "others",
        "owner",
        "kind",
        "picture_name",
        "points",
        "read_by",
        "decoder",
        "duration_ms",
        "withdrawn",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields[1:]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Readings are made by reading."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        """Leave the strokes in the database while many are listed."""
        return super().get_queryset(request).defer("strokes").prefetch_related("owner")

    def save_model(self, request: HttpRequest, obj: Prediction, form: object, change: bool) -> None:  # noqa: ARG002
        """Save the correction alone: the reading may have changed since the form was made."""
        obj.correct(obj.correction or "")

    def log_change(self, request: HttpRequest, obj: Prediction, message: Any) -> LogEntry:
        """Log the key alone: what is written in a reading is its owner's."""
        entry = super().log_change(request, obj, message)
        adminlog.keep_keys_alone(Prediction, [obj.pk])
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Prediction], search_term: str
    ) -> tuple[QuerySet[Prediction], bool]:
        """Look among owners, kept in lower case, and among texts without regard to case and accents."""
        found, duplicates = super().get_search_results(request, queryset, search_term.lower())
        if search_term.strip() and isinstance(queryset, PredictionQuerySet):
            found = found | queryset.matching(search_term)
        return found, duplicates

    @admin.display(description="text")
    def shortened(self, prediction: Prediction) -> str:
        """Show as much of a text as a column holds."""
        return Truncator(str(prediction)).chars(COLUMN)

    @admin.display(description="confidence", ordering="confidence")
    def sure(self, prediction: Prediction) -> str:
        """Show how sure the reading was, as its owner sees it."""
        return percent(prediction.confidence)

    @admin.display(description="alternatives")
    def others(self, prediction: Prediction) -> str:
        """List what else it may be, the likeliest first."""
        lines = ((one["text"], percent(one["confidence"])) for one in prediction.alternatives)
        return format_html_join(mark_safe("<br>"), "{} ({})", lines) or "-"

    @admin.display(description="from")
    def kind(self, prediction: Prediction) -> str:
        """Say what was read."""
        return "picture" if prediction.picture else "ink"

    @admin.display(description="file")
    def picture_name(self, prediction: Prediction) -> str:
        """Say where the picture lies; only its owner can see it."""
        return prediction.picture.name or "-"

    @admin.display
    def points(self, prediction: Prediction) -> int:
        """Count the points of the ink."""
        return sum(len(stroke) for stroke in prediction.strokes or [])

    @admin.display(ordering="model_version")
    def read_by(self, prediction: Prediction) -> str:
        """Name the model and its version."""
        return f"{prediction.model_name} {prediction.model_version}"
