"""Files made to do harm are refused in plain words, within two seconds and 150 MB, wherever a file is taken."""

import io
import json
import os
import subprocess
import sys
import zipfile

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from PIL import Image

from events.models import Event
from participants import documents
from participants.pictures import PictureField, redraw
from tests import hostile
from tests.factories import EventFactory
from tests.staff import save, sign_in

ALL = [(kind, what) for kind, (_, files) in hostile.READERS.items() for what in files]


@pytest.fixture(scope="module")
def opened():
    """What became of each file, in a process that has 150 MB for it."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.hostile"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize(("kind", "what"), ALL)
def test_hostile_file_is_refused_in_words_within_its_time_and_memory(opened, kind, what):
    said, seconds = opened[kind][what]

    assert said, "it was taken"
    assert not said.startswith("!"), said
    assert said.endswith((".", "?"))
    assert seconds < hostile.SECONDS


@pytest.mark.parametrize("what", hostile.LARGE)
def test_largest_picture_that_is_allowed_is_taken_within_the_same(opened, what):
    assert opened["taken"][what][0] == ""


def test_what_hangs_on_a_picture_does_not_come_along():
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], xmp=b"<x:xmpmeta>Somebody</x:xmpmeta>")
    still = io.BytesIO()
    frames[0].save(still, "PNG")
    program = b"<script>alert(1)</script>" + hostile.zipped({"a.js": "alert(1)"})

    moving = redraw(SimpleUploadedFile("a.webp", out.getvalue() + program)).read()
    both = redraw(SimpleUploadedFile("a.png", still.getvalue() + program)).read()

    with Image.open(io.BytesIO(moving)) as drawn:
        assert getattr(drawn, "n_frames", 1) == 1
    for clean in (moving, both):
        assert b"script" not in clean
        assert b"Somebody" not in clean
        assert not zipfile.is_zipfile(io.BytesIO(clean))


# --- Documents that are handed on ----------------------------------------------------------------------------------

DOCUMENTS = {
    "a program named .pdf": ("a.pdf", b"MZ\x90\0" + b"\0" * 200, "not what its name says"),
    "a web page named .pdf": ("a.pdf", b"<html><script>alert(1)</script>", "not what its name says"),
    "a web page named .mp4": ("a.mp4", b"<html><script>alert(1)</script>", "not what its name says"),
    "a program named .txt": ("a.txt", b"MZ\x90\0" + b"\0" * 200, "not what its name says"),
    "no container": ("a.docx", b"<html></html>", "not what its name says"),
    "half a container": ("a.docx", hostile.office("word", "document.xml", "<a/>")[:120], "not what its name says"),
    "many members": ("a.docx", hostile.zipped({f"m{n}": "" for n in range(2_100)}), "not what its name says"),
    "a container of nothing": ("a.xlsx", hostile.zipped({"a.exe": "MZ"}), "not what its name says"),
    "macros": ("a.docx", hostile.office("word", "document.xml", **{"word/vbaProject.bin": b"x"}), "has macros"),
    "macros of a workbook": ("a.xlsx", hostile.office("xl", "workbook.xml", **{"xl/vbaProject.bin": b"x"}), "macros"),
    "macros of OpenDocument": ("a.odt", hostile.zipped({"mimetype": "x", "Basic/Standard/a.xml": "x"}), "has macros"),
    "another kind": ("a.html", b"<html>", "Choose a document"),
    "SVG": ("a.svg", hostile.SVG, "Choose a document"),
}


@pytest.mark.parametrize("what", DOCUMENTS)
def test_document_that_is_not_what_it_says_is_refused(what):
    name, data, says = DOCUMENTS[what]

    with pytest.raises(ValidationError, match=says):
        documents.validate_document(SimpleUploadedFile(name, data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"),
        ("A.DOCX", hostile.office("word", "document.xml", "<a/>")),
        ("a.odt", hostile.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})),
        ("a.txt", "Élan\n".encode("windows-1252")),
        ("a.csv", "Name\n".encode("utf-16")),
        ("a.mp3", b"ID3\x04" + b"\0" * 50),
        ("a.mp4", b"\0\0\0\x18ftypmp42"),
    ],
)
def test_document_that_is_what_it_says_is_taken_whole(name, data):
    upload = SimpleUploadedFile(name, data)

    documents.validate_document(upload)

    assert upload.read() == data  # it was read from its beginning, and is there again to be stored


# --- Entrances -----------------------------------------------------------------------------------------------------


def test_every_field_that_stores_a_file_looks_into_it():
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    stored = [field for field in fields if isinstance(field, models.FileField)]

    assert len(stored) >= 4
    for field in stored:
        assert isinstance(field, PictureField) or documents.validate_document in field.validators, field


def test_every_form_that_takes_a_file_is_known_here():
    def below(kind):
        return {kind, *(one for child in kind.__subclasses__() for one in below(child))}

    ours = {
        form for form in below(forms.Form) if form.__module__.split(".")[0] in ("participants", "events", "outcomes")
    }
    takes = {
        form.__name__ for form in ours for field in form.base_fields.values() if isinstance(field, forms.FileField)
    }

    assert takes == {"UploadForm", "PasteForm"}  # what is typed in a test of imports, and of the desk


@pytest.mark.django_db
def test_admin_says_at_the_field_what_is_wrong_with_a_picture(client, editor):
    event = EventFactory()
    bomb = SimpleUploadedFile("a.png", hostile.PICTURES["just too many pixels"](), content_type="image/png")

    answer = save(sign_in(client, editor), f"/admin/events/event/{event.pk}/change/", image=bomb, image_alt="A hall")

    assert answer.status_code == 200
    assert "over 24 million pixels" in answer.content.decode()
    assert not Event.objects.get().image
