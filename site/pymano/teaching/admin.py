"""The staff's list of exports: which versions used readings that were deleted or withdrawn since."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from pymano.serving import catalogue
from pymano.teaching.models import TrainingExport, TrainingExportQuerySet

if TYPE_CHECKING:
    ExportModelAdmin = admin.ModelAdmin[TrainingExport]
else:
    ExportModelAdmin = admin.ModelAdmin


@admin.register(TrainingExport)
class TrainingExportAdmin(ExportModelAdmin):
    """Exports, which nothing here changes or deletes."""

    date_hierarchy = "created_at"
    list_display = ["created_at", "readings", "deleted_since", "withdrawn_since", "learnt_by", "id"]
    fields = ("created_at", "id", "readings", "deleted_since", "withdrawn_since", "learnt_by", "sha256")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """`manage.py export_corrections` makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What left the site has left it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Or nobody would know what a version has learnt from."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingExport]:
        """Count in the one query of the list."""
        exports = super().get_queryset(request)
        return exports.counted() if isinstance(exports, TrainingExportQuerySet) else exports

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Read the model store once for the whole list."""
        changelist = super().get_changelist_instance(request)
        archives = catalogue.archives()
        for export in changelist.result_list:
            export.versions = export.versions_in(archives)
        return changelist

    @admin.display(ordering="exported")
    def readings(self, export: TrainingExport) -> int:
        """Count what it has."""
        return export.exported

    @admin.display(ordering="deleted")
    def deleted_since(self, export: TrainingExport) -> int:
        """Count what was deleted after it."""
        return export.deleted

    @admin.display(ordering="withdrawn")
    def withdrawn_since(self, export: TrainingExport) -> int:
        """Count what was withdrawn after it, one by one or with its owner's agreement."""
        return export.withdrawn

    @admin.display
    def learnt_by(self, export: TrainingExport) -> str:
        """Name the versions in the model store that learnt from it."""
        return ", ".join(export.versions) or "-"
