"""Whether the process lives, and whether it can serve."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pymano.serving import client


@require_safe
@never_cache
def healthz(_: HttpRequest) -> HttpResponse:
    """Say that the process lives; ask nothing of anyone."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(_: HttpRequest) -> JsonResponse:
    """Say whether the database answers, and whether the recogniser could: pages are served without it."""
    ready = _database_answers()
    said = {"database": "ready" if ready else "away", "recogniser": client.state().recogniser}
    return JsonResponse(said, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
    except DatabaseError:
        return False
    return True
