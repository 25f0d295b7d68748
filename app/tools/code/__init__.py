"""The tools `code.*`: source files looked through, outlined, changed, and tested in a jail. Files come in as texts."""
