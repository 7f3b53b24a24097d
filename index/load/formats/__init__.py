"""One module a format, behind the ``Loader`` protocol."""
