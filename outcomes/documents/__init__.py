"""The report of an event, or what came of it, as a document to hand on: PDF and Word from one source.

`source` reads what is public into plain dataclasses (`content`), the Markdown of it by `blocks`; `pdf` and `word` write
them; `making` keeps what was written until something in it changes. What a text is written in, `scripts` tells.
"""
