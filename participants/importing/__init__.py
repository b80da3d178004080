"""Files that others send, brought in with a preview, all or nothing, and undone again; docs/developers.md has more.

`tables` reads a file, `columns` says which column is which field, `kinds` what is made of a row, `run` compares,
applies and undoes, `ledger` remembers what was made and changed. An app adds a kind of import by a `Kind` that
`settings.IMPORT_KINDS` names.
"""
