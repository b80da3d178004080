"""What is in a file that the site sends, all of it."""

import gzip
import hashlib
import io
import zipfile

from PIL import Image
from pypdf import PdfReader


def body(response) -> bytes:
    """Return the whole body; of one that is sent while it is made, that ends it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def words_of(response) -> str:
    """Return all that can be read in an answer."""
    return words_in(body(response))


def words_in(data: bytes) -> str:
    """Return all that can be read in a file: of an archive what it says of its members, and what is in them.

    Of a PDF it is its text, its metadata and its bookmarks, with a sum of all bytes; of a picture what it says beside.
    """
    if data.startswith(b"\x1f\x8b"):
        return f"{data[:10]!r}\n{words_in(gzip.decompress(data))}"
    if data.startswith((b"\x89PNG", b"\xff\xd8")):
        with Image.open(io.BytesIO(data)) as image:
            return f"{image.info} {dict(image.getexif())} {hashlib.sha256(data).hexdigest()}"
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        said = [str(reader.metadata), *_titles(reader.outline), hashlib.sha256(data).hexdigest()]
        return "\n".join([*(page.extract_text() for page in reader.pages), *said])
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = [(one.filename, one.date_time, one.comment, one.extra, one.create_system) for one in archive.infolist()]
        return "\n".join([f"{archive.comment!r} {said}", *(words_in(archive.read(one)) for one in archive.infolist())])


def _titles(bookmarks: list) -> list[str]:
    return [title for one in bookmarks for title in (_titles(one) if isinstance(one, list) else [one.title or ""])]
