"""All that is public as JSON Lines, one file for each kind of thing: made by the worker, and a portal out of it again.

FORMAT, version 1: a folder with `manifest.json` and, for each of `rows.RESOURCES`, `<name>.jsonl.gz`. Each line is an
object; those named by others (by slug or code) stand in earlier files, or in earlier lines of the same file. Whatever
has an order stands in it. Pictures and files are named, not held: they are under `/media/` of the site.
"""

FORMAT, VERSION = "readout-dump", 1
MANIFEST = "manifest.json"
SUFFIX = ".jsonl.gz"


class Refused(Exception):
    """Why a dump is not made or not loaded, in words for whoever asked."""
