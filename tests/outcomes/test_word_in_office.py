"""A Word file as another program reads it: LibreOffice opens it and prints every word. One document has every trait."""

import datetime as dt
import io
import os
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from outcomes.documents import scripts, word
from tests.outcomes.document_samples import ARABIC, MIXED, sample

ROOT = Path(__file__).parents[2]
DOCUMENTS = {"english": sample(), "arabic": sample(language="ar", title=MIXED, event=ARABIC)}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """What LibreOffice prints of each document, started once. It is looked for here, where it is needed, and no sooner:
    `scripts/office.sh` brings it or says how to, and without it this fails."""
    folder = tmp_path_factory.mktemp("office")
    found = subprocess.run([ROOT / "scripts/office.sh"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    for name, document in DOCUMENTS.items():
        (folder / f"{name}.docx").write_bytes(word.write(document, dt.date(2026, 11, 26)).content)
    command = [found.stdout.strip(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), *(str(folder / f"{name}.docx") for name in DOCUMENTS)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    printed = {name: folder / f"{name}.pdf" for name in DOCUMENTS}
    assert all(path.exists() for path in printed.values()), done.stderr
    return {name: PdfReader(io.BytesIO(path.read_bytes())) for name, path in printed.items()}


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b-\u200f]", "", unicodedata.normalize("NFKC", text))


def test_office_prints_every_word_and_counts_paragraphs_and_pages(opened):
    for name, document in DOCUMENTS.items():
        shown = squeezed("".join(page.extract_text() for page in opened[name].pages))
        for line in document.text.split("\n"):
            if scripts.direction(line) == "rtl" or scripts.language(line, "en") == "zh":
                continue  # which letters come out of its PDF depends on the fonts of the machine
            assert squeezed(line) in shown, (name, line)

    pages = [page.extract_text() for page in opened["english"].pages]
    printed = "\n".join(pages)
    assert re.search(r"^1\.\s*A first paragraph\.", printed, re.MULTILINE)
    assert re.search(r"^12\.\s*\{\{ secret", printed, re.MULTILINE)
    assert re.search(r"^4\.\s*Four", printed, re.MULTILINE)
    assert f"2 / {len(pages)}" in pages[1]
