"""Static files under hashed names, kept for a year; scripts that import each other name those names too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedFiles(CompressedManifestStaticFilesStorage):
    """As WhiteNoise's, with the imports of ES modules rewritten: else a new page would run last week's script."""

    support_js_module_import_aggregation = True
