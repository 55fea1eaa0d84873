"""Readings over the API: each user's own, and nobody else's."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework import mixins, status
from rest_framework.generics import GenericAPIView, RetrieveDestroyAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle

from pymano import metrics
from pymano.api import schema
from pymano.api.parsers import StrictJSONParser
from pymano.api.serializers import (
    ConsentSerializer,
    CorrectionSerializer,
    PredictionSerializer,
    asked,
    shown,
)
from pymano.api.throttles import PredictionThrottle
from pymano.recognition.models import Prediction, PredictionQuerySet
from pymano.recognition.reading import read


def _signed_in(request: Request) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # noqa: S101 - IsAuthenticated has seen to it
    return request.user


class Owned(GenericAPIView[Prediction]):
    """What the views of predictions have in common: another user's is not found."""

    queryset = Prediction.objects.none()
    serializer_class = PredictionSerializer

    def get_queryset(self) -> PredictionQuerySet:
        """Return the user's own, without the strokes, which no answer shows."""
        return Prediction.objects.of(self.request.user).defer("strokes")


@schema.LIST_AND_CREATE
class PredictionsView(mixins.ListModelMixin, Owned):
    """Read something new, or list what was read."""

    parser_classes = (StrictJSONParser, MultiPartParser)

    def get_throttles(self) -> list[BaseThrottle]:
        """Count readings, not looking at them."""
        return [PredictionThrottle()] if self.request.method == "POST" else []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List readings, the newest first."""
        return self.list(request, *args, **kwargs)

    def post(self, request: Request) -> Response:
        """Read strokes or an image: 201, or 200 when it replaces the reading of the same drawing."""
        prediction, is_new = read(owner=_signed_in(request), **asked(request.data))
        return Response(shown(prediction), status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


@schema.RETRIEVE_AND_DELETE
class PredictionView(Owned, RetrieveDestroyAPIView[Prediction]):
    """One reading."""

    lookup_field = "id"


class SaidOf(Owned):
    """What the views have in common by which people say something of one reading."""

    lookup_field = "id"
    said: type[Serializer[Any]]

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Keep it; the answer is the reading."""
        prediction = self.get_object()
        said = self.said(data=request.data)
        said.is_valid(raise_exception=True)
        self.keep(prediction, said.validated_data)
        return Response(shown(prediction))

    def keep(self, prediction: Prediction, said: dict[str, Any]) -> None:
        """Have the reading keep what was said."""
        raise NotImplementedError


@schema.CORRECT
class CorrectionView(SaidOf):
    """What is really written."""

    said = CorrectionSerializer

    def keep(self, prediction: Prediction, said: dict[str, Any]) -> None:
        """Correct it."""
        prediction.correct(said["text"], of=said.get("of"))
        metrics.CORRECTIONS.labels(prediction.model_version).inc()


@schema.CONSENT
class ConsentView(SaidOf):
    """Whether it may train."""

    said = ConsentSerializer

    def keep(self, prediction: Prediction, said: dict[str, Any]) -> None:
        """Withdraw it from training, or take that back."""
        prediction.set_withdrawn(said["withdrawn"])
