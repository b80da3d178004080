"""Documents that people upload: of the kinds an institution hands out, and what their name says they are."""

import zipfile
import zlib

from django.core.exceptions import ValidationError

from participants.importing.container import MAX_MEMBERS

MAX_BYTES = 50 * 1024 * 1024
OFFICE = {"docx", "xlsx", "pptx", "odt", "ods", "odp"}
TEXT = {"txt", "csv"}
DOCUMENT_TYPES = {"pdf", "mp3", "mp4"} | OFFICE | TEXT

_OTHER = "This file is not what its name says (.%(kind)s). Open it where it was written and save it again."
_MACROS = "This document has macros, which can do harm where it is opened. Save it without them and choose it again."


def validate_document(upload) -> None:
    """Take the document formats an institution hands out, up to 50 MB; nothing is unpacked."""
    extension = upload.name.rsplit(".", 1)[-1].lower()
    if extension not in DOCUMENT_TYPES:
        raise ValidationError("Choose a document: %(kinds)s.", params={"kinds": ", ".join(sorted(DOCUMENT_TYPES))})
    if upload.size > MAX_BYTES:
        raise ValidationError("This file is over 50 MB. Put it on the institution's site and give its address.")
    if not getattr(upload, "_committed", False) and not _is(extension, upload):  # what is stored was looked at then
        raise ValidationError(_OTHER, code="other", params={"kind": extension})


def _is(extension: str, upload) -> bool:
    """Whether the bytes are of the kind that the name says."""
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    if extension == "pdf":
        return b"%PDF-" in data[:1024]
    if extension == "mp3":
        return data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
    if extension == "mp4":
        return data[4:8] == b"ftyp"
    if extension in TEXT:
        return b"\0" not in data or data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.count(b"PK\x01\x02") <= MAX_MEMBERS and _is_office(upload)


def _is_office(upload) -> bool:
    """Whether it is a container such as Office programs write; raises for one with macros."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError):
        return False
    finally:
        upload.seek(0)
    if any(name.rpartition("/")[2] == "vbaproject.bin" or name.startswith("basic/") for name in names):
        raise ValidationError(_MACROS, code="macros")
    return "[content_types].xml" in names or "mimetype" in names
