"""What kind of file the bytes are, and their text."""

import codecs
import re
from pathlib import PurePath

from .result import IntakeError

MAX_FILE = 20 * 1024 * 1024  # bytes
MAX_MARKUP = 8 * 1024 * 1024  # bytes of a text or HTML file

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SAVE_AS = "Open it where it was written and save it as a Word document (.docx), a web page or plain text."
_REFUSED = (
    ((b"%PDF",), f"This is a PDF, which keeps no headings and lists. {_SAVE_AS}"),
    (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        "This is an old Word document (.doc) or has a password. In Word, take any password off and save it as .docx.",
    ),
    ((b"{\\rtf",), f"This is a rich text file (.rtf). {_SAVE_AS}"),
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\0\0\x01\0"),
        "This is a picture. Type the takeaways and actions from it, or choose the document it was made from (.docx).",
    ),
    (
        (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"),
        "This is an archive. Unpack it and choose the document in it.",
    ),
    (
        (b"MIME-Version:", b"From: <Saved by"),
        "This is a web archive (.mhtml). Save the page again as “Web page, HTML only”.",
    ),
)
_PICTURES = {b"WEBP", b"heic", b"heix", b"mif1", b"avif"}
_HTML_NAMES = {".html", ".htm", ".xhtml"}
_TEXT_NAMES = {".txt", ".text", ".md", ".markdown"}
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG = re.compile(r"</(?:p|li|h[1-6]|div|ul|ol)>", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
# What pages are in when they are not in UTF-8; nothing that runs code or unpacks anything.
_CODECS = {
    "utf-8",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1256",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "gbk",
    "gb18030",
    "gb2312",
    "big5",
    "koi8-r",
}


def check_readable(data: bytes) -> None:
    """Raise `IntakeError`, saying what to do, for a file that is empty, too large or of a kind that cannot be read."""
    if not data.strip():
        raise IntakeError("This file is empty.")
    if len(data) > MAX_FILE:
        raise IntakeError(
            "This file is larger than 20 MB. Take the pictures out, or save the pages with its outcomes alone."
        )
    for beginnings, message in _REFUSED:
        if data.startswith(beginnings) and not (data[:2] == b"BM" and b"\0" not in data[:64]):
            raise IntakeError(message)
    if data[8:12] in _PICTURES and (data[:4] == b"RIFF" or data[4:8] == b"ftyp"):
        raise IntakeError(_REFUSED[3][1])


def is_zip(data: bytes) -> bool:
    return data.startswith(ZIP)


def suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def is_html(text: str, name: str) -> bool:
    """Whether the text is a web page: it says so at its beginning, or its name does, or a nameless one has its tags."""
    if suffix(name) in _HTML_NAMES or _HTML_START.match(text[:4000]):
        return True
    return (
        suffix(name) not in _TEXT_NAMES
        and text[:4000].lstrip().startswith("<")
        and bool(_HTML_TAG.search(text[:100_000]))
    )


def decode(data: bytes) -> str:
    """Return the text of a file: by its byte-order mark, else UTF-8, else what a page declares, else Windows-1252.

    Raises `IntakeError` where the bytes are none of these.
    """
    if len(data) > MAX_MARKUP:
        raise IntakeError("This is more than 8 MB of text. Cut it down to the pages with its outcomes.")
    again = "Save it as UTF-8 text or as .docx and try again."
    try:
        if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return data.decode("utf-32")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
    except UnicodeDecodeError:
        raise IntakeError(
            f"This file says that it is UTF-16 or UTF-32 but breaks off inside a character. {again}"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    declared = _CHARSET.search(data[:4096])
    names = [declared[1].decode("ascii").lower()] if declared else []
    for codec in [*(name for name in names if name in _CODECS), "windows-1252"]:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    raise IntakeError(f"The characters cannot be read: line {line} is neither UTF-8 nor Windows-1252. {again}")
