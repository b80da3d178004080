"""What a Word file may be: the container itself is opened and measured by `participants.importing.container`."""

import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager

from participants.importing import container
from participants.importing.container import MAX_DEPTH

from .result import IntakeError

__all__ = ["MAX_DEPTH", "opened", "parse"]

WORD = container.Format(
    noun="Word document",
    program="Word",
    suffix=".docx",
    folder="word/",
    main="word/document.xml",
    not_this="This is not a Word document (.docx). Open it where it was written and save it as .docx, a web page or "
    "plain text.",
    too_large="This Word document is too large. Save the pages with its outcomes as a document of their own.",
    max_part=16 * 1024 * 1024,
    max_xml=48 * 1024 * 1024,
    max_elements=400_000,
    error=IntakeError,
)


def opened(data: bytes) -> AbstractContextManager[tuple[zipfile.ZipFile, str]]:
    """Open a Word file and give the checked container and the name of its main part; raises `IntakeError`."""
    return container.opened(data, WORD)


def parse(
    archive: zipfile.ZipFile,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Stream one XML part of a Word file through the callbacks."""
    container.parse(archive, name, WORD, start, end, text)
