"""All that MkDocs calls. Only this package imports mkdocs, and no logic hides in its hooks."""
