"""What the admin's log says of readings, and of accounts that are gone: their keys, no texts and no names."""

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model


def keep_keys_alone(model: type[Model], keys: Iterable[object]) -> None:
    """Take out of the log what it says of these beside their keys; without any, nothing is locked."""
    chosen = set(map(str, keys))
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    telling = entries.exclude(object_repr=F("object_id")).values_list("pk", "object_id")
    if found := [pk for pk, key in telling if key in chosen]:
        LogEntry.objects.filter(pk__in=found).update(object_repr=F("object_id"))
