"""What is in a file that the site sends, all of it."""

import gzip
import hashlib
import io
import zipfile

from pypdf import PdfReader


def body(response) -> bytes:
    """Return the whole body; of one that is sent while it is made, that ends it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def words_of(response) -> str:
    """Return all that can be read in an answer: of an archive what it says of its members, and what is in them.

    Of a PDF it is its text, its metadata and its bookmarks, with a sum of all bytes.
    """
    data = body(response)
    if data.startswith(b"\x1f\x8b"):
        return f"{data[:10]!r}\n{gzip.decompress(data).decode()}"
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        said = [str(reader.metadata), *_titles(reader.outline), hashlib.sha256(data).hexdigest()]
        return "\n".join([*(page.extract_text() for page in reader.pages), *said])
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = [(one.filename, one.date_time, one.comment, one.extra, one.create_system) for one in archive.infolist()]
        return "\n".join([f"{archive.comment!r} {said}", *(archive.read(one).decode() for one in archive.infolist())])


def _titles(bookmarks: list) -> list[str]:
    return [title for one in bookmarks for title in (_titles(one) if isinstance(one, list) else [one.title or ""])]
