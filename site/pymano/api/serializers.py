"""Readings as the API takes and shows them."""

from typing import Any

from rest_framework import serializers

from pymano.api.fields import PictureField, StrictBooleanField, StrokesField, TextField, TextUUIDField
from pymano.recognition.models import Decoder, Prediction

CORRECTION_LENGTH = 1000


class QuestionSerializer(serializers.Serializer[Any]):
    """What is to be read: strokes or an image, one of the two."""

    strokes = StrokesField(required=False, allow_null=True)
    image = PictureField(required=False, allow_null=True)
    decoder = serializers.ChoiceField(
        Decoder.choices,
        default=Decoder.BEAM,
        error_messages={"invalid_choice": "This must be best-path or beam."},
        help_text="`beam` reads better; `best-path` takes the likeliest character of each step alone.",
    )
    drawing = TextUUIDField(
        required=False,
        allow_null=True,
        error_messages={"invalid": "This must be a UUID."},
        help_text=(
            "Your own UUID for ink that still grows. A later reading of the same drawing replaces the "
            "earlier one: same `id`, answer 200. Its correction is dropped when the ink has changed."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put what is to be read under "ink", whichever it is."""
        given = [attrs[name] for name in ("strokes", "image") if attrs.get(name) is not None]
        if len(given) != 1:
            raise serializers.ValidationError("Send strokes or an image, one of the two.")
        return {"ink": given[0], "decoder": attrs["decoder"], "drawing": attrs.get("drawing")}


class ImageFormSerializer(serializers.Serializer[Any]):
    """The same question as a form, for the schema alone."""

    image = serializers.FileField(
        help_text="PNG, JPEG, GIF, WebP, BMP or TIFF; at most 10 MB and 50 megapixels."
    )
    decoder = serializers.ChoiceField(Decoder.choices, default=Decoder.BEAM)
    drawing = serializers.UUIDField(required=False)


class Confidence(serializers.FloatField):
    """How sure the recogniser is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, **kwargs)


class AlternativeSerializer(serializers.Serializer[Any]):
    """Another text that the ink may say."""

    text = serializers.CharField(allow_blank=True)
    confidence = Confidence()


class CharacterSerializer(serializers.Serializer[Any]):
    """One character of the text, and where it stands: `start` and `end` are fractions of the ink's width."""

    text = serializers.CharField()
    confidence = Confidence()
    start = Confidence()
    end = Confidence()


class ModelSerializer(serializers.Serializer[Any]):
    """Which model read it."""

    name = serializers.CharField(source="model_name")
    version = serializers.CharField(source="model_version")


class PredictionSerializer(serializers.ModelSerializer[Prediction]):
    """A reading."""

    alternatives = AlternativeSerializer(many=True, help_text="Other texts, the best first, at most 5.")
    characters = CharacterSerializer(many=True)
    model = ModelSerializer(source="*")
    confidence = Confidence()
    correction = serializers.CharField(allow_null=True, help_text="What you said is written, or null.")
    withdrawn = serializers.BooleanField(
        help_text="Whether you withdrew it from training, whatever your account says."
    )

    class Meta:
        model = Prediction
        fields = [
            "id",
            "text",
            "confidence",
            "alternatives",
            "characters",
            "model",
            "duration_ms",
            "created_at",
            "correction",
            "withdrawn",
        ]
        read_only_fields = fields


class CorrectionSerializer(serializers.Serializer[Any]):
    """What is written, by who wrote it."""

    text = TextField(max_length=CORRECTION_LENGTH, help_text="The text as it should have been read.")
    of = TextField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The text that was read, as you saw it: where it is another one by now, nothing is kept.",
    )

    def validate_text(self, text: str) -> str:
        """Refuse a text that nobody could see."""
        if not any(letter.isprintable() and not letter.isspace() for letter in text):
            raise serializers.ValidationError("This field may not be blank.")
        return text


class ConsentSerializer(serializers.Serializer[Any]):
    """Whether this one reading is kept from training."""

    withdrawn = StrictBooleanField(
        help_text="True keeps it from training; false lets it train, where your account agrees."
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, RFC 9457."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable: for programs.")
    request_id = serializers.CharField(help_text="The same as in the header X-Request-ID.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Messages by field.",
    )


_QUESTION = QuestionSerializer()
_PREDICTION = PredictionSerializer()
# To make a serializer costs more than to use it, and these two keep nothing of what they are used for.


def asked(data: Any) -> dict[str, Any]:
    """Return what is asked to be read; raise ValidationError or Refusal."""
    question: dict[str, Any] = _QUESTION.run_validation(data)
    return question


def shown(prediction: Prediction) -> dict[str, Any]:
    """Return a reading as the API shows it."""
    return _PREDICTION.to_representation(prediction)
