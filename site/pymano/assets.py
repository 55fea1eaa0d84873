"""How collected static files are stored: named by their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names files by content, and in ES modules too points each import at the named file."""

    support_js_module_import_aggregation = True
