"""Static files in production: names carry a hash of the content, also where one ES module imports another."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Without the flag a module would be loaded twice: once by its hashed name, once by the name in `import`."""

    support_js_module_import_aggregation = True
