"""Files into documents: one module a format, behind the ``Loader`` protocol."""
