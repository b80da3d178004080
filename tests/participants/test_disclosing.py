"""What is kept about one person, as a file for them: all of it, in words, and nothing about anybody else."""

import io
import json
import stat
import zipfile
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.urls import reverse

from config.classification import FIELDS, PERSONAL
from participants import history
from participants.disclosing import SECRET, disclose, told
from participants.models import Person
from participants.subjects import Subject
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    CommentFactory,
    InvitationFactory,
    OutgoingMailFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    RoleFactory,
    SignInCodeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(event, editor):
    user = UserFactory(name="Anna Invented", email="anna@example.org")
    person = PersonFactory(name="Anna Invented", honorific="Dr", email="anna@example.org", user=user)
    with history.watch(Person.objects.filter(pk=person.pk), by=editor):
        Person.objects.filter(pk=person.pk).update(sort_name="Invented, Anna")
    participation = ParticipationFactory(event=event, person=person, affiliation="Embassy of Nowhere", public=True)
    RoleFactory(participation=participation, role="chair")
    QuoteFactory(event=event, speaker=participation, text="Words of mine.")
    InvitationFactory(participation=participation, invited_by=editor)
    action = ActionFactory(event=event, text="Anna Invented will write.", author=user)
    ActionOwnerFactory(action=action, organisation=None, person=person)
    CommentFactory(outcome=action, by=user, text="A remark of mine.")
    CommentFactory(outcome=action, by=editor, text="A remark of the secretariat.")
    SignInCodeFactory(user=user, code_hash="c" * 64)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "TOPSECRET"})
    OutgoingMailFactory(to="Anna@example.org", subject="Your part", body="Dear Anna")
    ParticipationFactory(event=event, person__name="Bert Made-up", affiliation="Embassy of Elsewhere")
    return person


def test_all_of_it_is_there_in_words_and_nothing_of_anybody_else(anna):
    found = disclose(Subject.of(anna))
    text = json.dumps(found, ensure_ascii=False, default=str)

    kinds = {one["what"] for one in found["records"]}
    assert {"Person", "User", "Participation", "Role", "Quote", "Invitation", "Comment"} <= kinds
    assert {"Action owner", "Sign-in code", "Authenticator", "Outgoing mail"} <= kinds
    for words in ("Dr", "Embassy of Nowhere", "Chair", "Words of mine.", "A remark of mine.", "Dear Anna"):
        assert words in text
    participation = next(one for one in found["records"] if one["what"] == "Participation")
    assert participation["says"]["Person"] == "you"
    assert participation["says"]["Listing"] == "Public"
    invitation = next(one for one in found["records"] if one["what"] == "Invitation")
    assert invitation["says"]["Invited by"] == "somebody else"
    assert found["history of these records"][0]["says"] == {"sort_name": ["", "Invented, Anna"]}
    assert ("Outcome", "text") in {
        (one["what"].replace("Action", "Outcome"), one["where"]) for one in found["named in"]
    }
    for words in ("Ed Itor", "editor@example.org", "Bert", "Elsewhere", "secretariat", "TOPSECRET", "c" * 64, "md5$"):
        assert words not in text


def test_no_personal_field_is_forgotten():
    """Whatever the classification calls personal is told, or is one of the few secrets."""
    for label, kinds in FIELDS.items():
        model = apps.get_model(label)
        if model._meta.managed:
            names = {field.name for field in told(model, whole=False)}
            assert set(kinds.get(PERSONAL, "").split()) <= names, label
            assert {field.name for field in told(model, whole=True)} == set(" ".join(kinds.values()).split()), label
    assert "email" not in SECRET


def test_administrators_alone_take_it_it_is_noted_and_not_kept(client, administrator, editor, reviewer, anna):
    address = reverse("admin:participants_person_disclose", args=[anna.pk])
    for role in (editor, reviewer):
        client.force_login(role)
        assert client.post(address).status_code in (403, 404)
        client.logout()
    client.force_login(administrator)

    assert client.get(address).status_code == 200
    assert not LogEntry.objects.exists()
    answer = client.post(address)

    assert answer["Cache-Control"] == "private, no-store"
    assert "anna" not in answer["Content-Disposition"].casefold()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["data.json", "data.txt"]
        assert "Embassy of Nowhere" in archive.read("data.txt").decode()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (administrator, str(anna.pk))
    assert client.post(reverse("admin:participants_user_disclose", args=[anna.user_id])).status_code == 200


def test_command_writes_a_file_for_its_owner_alone(anna, tmp_path):
    file = tmp_path / "anna.zip"

    call_command("export_person", "anna@example.org", to=file, stdout=StringIO())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("data.json"))["about"] == "Anna Invented"
    with pytest.raises(CommandError, match="exists"):
        call_command("export_person", str(anna.pk), to=file)
    with pytest.raises(CommandError, match="No person"):
        call_command("export_person", "999999", to=tmp_path / "x.zip")
