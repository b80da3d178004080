"""Documents that people upload: of the kinds an institution hands out, within a limit of size."""

from django.core.exceptions import ValidationError

DOCUMENT_TYPES = {"pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "txt", "csv", "mp3", "mp4"}


def validate_document(upload) -> None:
    """Take the document formats an institution hands out, up to 50 MB."""
    extension = upload.name.rsplit(".", 1)[-1].lower()
    if extension not in DOCUMENT_TYPES:
        raise ValidationError("Choose a document: %(kinds)s.", params={"kinds": ", ".join(sorted(DOCUMENT_TYPES))})
    if upload.size > 50 * 1024 * 1024:
        raise ValidationError("This file is over 50 MB. Put it on the institution's site and give its address.")
