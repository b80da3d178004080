"""The audit log: what matters for security leaves a line, and no line says anything about anybody."""

import datetime as dt
import json
import logging
import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from events.workflow import release, set_attribution
from participants import audit, erasing
from participants.audit import Act, opaque
from participants.importing import run
from participants.merging import merge, undo
from participants.models import Import, SignInCode
from participants.subjects import Subject
from tests.factories import (
    EventFactory,
    ImportFactory,
    ParticipationFactory,
    PersonFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.participants.test_second_factor import PASSWORD, set_up_app, sign_in
from tests.participants.test_sign_in import ask, code_in, enter
from tests.staff import save, saved
from tests.staff import sign_in as in_session

pytestmark = pytest.mark.django_db

MARK = "quoxmarquis"


class Lines(logging.Handler):
    """Keeps what is written."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record):
        self.texts.append(self.format(record))

    def said(self):
        """Return the lines without the moment, and forget them."""
        found = [json.loads(text) for text in self.texts]
        self.texts.clear()
        assert all(dt.datetime.fromisoformat(line.pop("at")).tzinfo for line in found)
        return found

    def acts(self):
        return [line["act"] for line in self.said()]


@pytest.fixture
def lines(monkeypatch):
    """Return what the audit log gets; each line at once, since a test never commits."""
    monkeypatch.setattr(audit.transaction, "on_commit", lambda write, **kwargs: write())
    handler = Lines()
    audit.logger.addHandler(handler)
    yield handler
    audit.logger.removeHandler(handler)


def test_signing_in_with_a_password_a_factor_and_out_again(client, editor, lines, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    me = opaque(editor.pk)

    sign_in(client, editor.email, "wrong")
    sign_in(client, "nobody@example.org", "wrong")
    sign_in(client, editor.email)
    assert lines.said() == [
        {"act": "sign-in.failed", "by": None, "account": me, "method": "password"},
        {"act": "sign-in.failed", "by": None, "method": "password"},
        {"act": "sign-in", "by": me, "method": "password"},
    ]

    secret, _ = set_up_app(client)
    assert sorted(set(lines.acts())) == ["factor.added", "factor.used", "recovery-codes.made"]
    client.post(reverse("mfa_generate_recovery_codes"))
    assert lines.acts() == ["recovery-codes.made"]
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    client.post("/accounts/second-factor/again/", {"code": "000000"})
    client.post("/accounts/second-factor/again/", {"code": codes[0]})
    assert lines.said() == [
        {"act": "factor.failed", "by": me, "method": "totp"},
        {"act": "recovery-code.used", "by": me, "method": "recovery_codes"},
    ]
    client.post(reverse("mfa_deactivate_totp"))
    assert [(line["act"], line["method"]) for line in lines.said()] == [
        ("factor.removed", "totp"),
        ("factor.removed", "recovery_codes"),
    ]
    client.post("/sign-out/")
    assert lines.said() == [{"act": "sign-out", "by": me}]
    assert secret not in str(lines.texts)


def test_factors_taken_off_on_the_machine(editor, lines):
    Authenticator.objects.create(user=editor, type="totp", data={})
    Authenticator.objects.create(user=editor, type="recovery_codes", data={})

    call_command("reset_second_factor", editor.email, stdout=StringIO())

    me = opaque(editor.pk)
    assert lines.said() == [
        {"act": "factor.removed", "by": None, "account": me, "number": 2},
        {"act": "sign-out.everywhere", "by": None, "account": me},
    ]
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@example.org")
    assert lines.said() == []


def test_signing_in_with_a_code_and_ending_every_session(client, outsider, administrator, lines, mailoutbox):
    me = opaque(outsider.pk)
    ask(client, outsider.email)
    code = code_in(mailoutbox)
    enter(client, "0000-0000")
    enter(client, code)
    client.post("/sign-out/everywhere/")

    assert lines.said() == [
        {"act": "sign-in.failed", "by": None, "account": me, "method": "code", "tries_left": 4},
        {"act": "sign-in", "by": me, "method": "code"},
        {"act": "sign-out.everywhere", "by": me, "account": me},
        {"act": "sign-out", "by": me},
    ]

    staff = in_session(Client(), administrator)
    staff.post(reverse("admin:participants_user_end_sessions", args=[outsider.pk]))
    assert lines.said() == [{"act": "sign-out.everywhere", "by": opaque(administrator.pk), "account": me}]


def test_attempts_beyond_the_limit_and_refusals(client, editor, outsider, lines):
    for _ in range(11):
        sign_in(client, editor.email, "wrong")
    assert lines.said()[-1] == {"act": "limited", "by": None, "page": "account_login"}
    for _ in range(7):
        ask(client, outsider.email)
    assert lines.said() == [{"act": "limited", "by": None, "page": "sign-in", "method": "post"}]

    client.force_login(editor)
    client.get(reverse("admin:participants_user_changelist"))
    Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "x@example.org"})
    assert lines.said() == [
        {"act": "refused", "by": opaque(editor.pk), "page": "admin:participants_user_changelist", "method": "get"},
        {"act": "refused", "by": None, "page": "sign-in", "method": "post"},
    ]


def test_rights_of_an_account(client, administrator, editor, lines):
    client.force_login(administrator)
    address = reverse("admin:participants_user_change", args=[editor.pk])
    groups = [Group.objects.get(name=name).pk for name in ("Editors", "Administrators")]

    assert opaque(editor.pk) in client.get(address).content.decode()
    assert saved(save(client, address, name="Ed Itor the second"))
    assert lines.said() == []
    assert saved(save(client, address, groups=groups))
    assert lines.said() == [
        {
            "act": "account.rights",
            "by": opaque(administrator.pk),
            "account": opaque(editor.pk),
            "changed": ["groups"],
            "active": True,
            "groups": ["administrators", "editors"],
            "every_right": False,
            "works_on": "everything",
            "institutions": [],
        }
    ]
    assert saved(save(client, address, is_active=""))
    assert saved(save(client, address, is_active="on"))
    assert lines.acts() == ["account.deactivated", "account.activated"]

    new = {"email": "new@example.org", "name": "New", "works_on": "everything", "usable_password": "false"}
    client.post(reverse("admin:participants_user_add"), new)
    assert lines.acts() == ["account.added"]


def test_what_becomes_public_and_the_rule_over_it(editor, lines):
    event = EventFactory(attribution="chatham_house")
    session = SessionFactory(event=event)
    outcome = TakeawayFactory(event=event, approved=True)

    outcome.publish(by=editor)
    outcome.withdraw(by=editor)
    set_attribution(event, "non_attributed", by=editor)
    set_attribution(session, "closed", by=editor)
    set_attribution(session, "", by=editor)
    release(type(outcome).objects.filter(pk=outcome.pk), by=editor)

    assert [(line.pop("act"), line.pop("by"), line) for line in lines.said()] == [
        ("published", opaque(editor.pk), {"what": outcome._meta.label_lower, "key": outcome.pk}),
        ("withdrawn", opaque(editor.pk), {"what": outcome._meta.label_lower, "key": outcome.pk, "to": "withdrawn"}),
        *(
            (act, opaque(editor.pk), {"what": target._meta.label_lower, "key": target.pk, "was": was, "to": to})
            for act, target, was, to in [
                ("rule.loosened", event, "chatham_house", "non_attributed"),
                ("rule.tightened", session, "non_attributed", "closed"),
                ("rule.loosened", session, "closed", "non_attributed"),
            ]
        ),
        ("rule.released", opaque(editor.pk), {"what": outcome._meta.label_lower, "event": event.pk, "number": 1}),
    ]


def test_personal_data_that_goes_out_comes_in_is_merged_or_erased(client, administrator, event, lines):
    client.force_login(administrator)
    kept, lost = (ParticipationFactory(event=event).person for _ in range(2))
    client.post(reverse("admin:participants_person_export"), {"format": "csv"})
    one = merge(kept, lost, by=administrator)
    undo(one, by=administrator)
    source = ImportFactory(kind="participants", target=event.pk, content=b"Name\nAnna Invented\n")
    Import.objects.filter(pk=source.pk).update(state="checking", mapping={"0": "name"}, reading={"header_line": 1})
    source.refresh_from_db()
    run.check.call(source.pk, administrator.pk)
    source.refresh_from_db()
    assert source.notice == ""
    assert run.start_applying(source, by=administrator)
    assert run.start_undoing(source, by=administrator)
    erasing.erase(Subject.of(lost), by=administrator)

    me = opaque(administrator.pk)
    assert lines.said() == [
        {"act": "personal-data.exported", "by": me, "what": "participants.person", "rows": 2, "format": "csv"},
        {"act": "merged", "by": me, "what": "person", "kept": kept.pk, "lost": lost.pk},
        {"act": "merge.undone", "by": me, "what": "person", "kept": kept.pk, "lost": lost.pk},
        {"act": "import.applied", "by": me, "what": "participants", "key": source.pk, "rows": 1},
        {"act": "import.undone", "by": me, "what": "participants", "key": source.pk},
        {"act": "person.erased", "by": me, "person": lost.pk},
    ]


def test_line_takes_keys_and_words_of_the_code_alone(lines):
    for words in ("Anna Invented", "anna@example.org", "127.0.0.1 ☃", "x" * 300, "K7QP-2MNX", "a\nb"):
        audit.record(Act.EXPORTED, what=words)
    audit.record(Act.EXPORTED, what="events.participation", number=3, many=["b", "a"], nothing=None)

    said = lines.said()
    assert {line["what"] for line in said[:-1]} == {"unfit"}
    assert said[-1] == {
        "act": "personal-data.exported",
        "by": None,
        "what": "events.participation",
        "number": 3,
        "many": ["a", "b"],
    }


def test_no_log_at_all_says_who_somebody_is_or_what_lets_them_in(client, lines, mailoutbox, caplog, settings, event):
    """A round of signing in, of the desk and of the admin, with everything about a person marked; every logger."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(lambda record: not record.name.startswith(("django.db", "asyncio", "factory", "faker")))
    settings.REQUIRE_SECOND_FACTOR = True
    rapporteur = UserFactory(name=f"Rap {MARK}", email=f"rap-{MARK}@example.org")
    staff = UserFactory(name=f"Ad {MARK}", email=f"ad-{MARK}@example.org", administrator=True)
    person = PersonFactory(name=f"Anna {MARK}", email=f"anna-{MARK}@example.org")
    address = {"REMOTE_ADDR": "198.51.100.23", "HTTP_X_FORWARDED_FOR": "198.51.100.23"}

    ask(client, rapporteur.email, **address)
    code = code_in(mailoutbox)
    enter(client, "ABCD-2345")
    enter(client, code)
    client.get(reverse("outcomes:desk"), **address)
    client.post("/sign-out/", **address)
    sign_in(client, staff.email, f"wrong {MARK}", **address)
    sign_in(client, staff.email, **address)
    secret, _ = set_up_app(client)
    client.post("/accounts/second-factor/again/", {"code": "123456"}, **address)
    client.get("/admin/", **address)
    client.get(reverse("admin:participants_person_changelist") + f"?q={MARK}", **address)
    client.post(reverse("admin:participants_person_change", args=[person.pk]), {"name": f"New {MARK}"}, **address)
    client.post(reverse("admin:participants_person_export"), {"format": "csv"}, **address)
    client.get(f"/admin/participants/user/999999/erase/?{MARK}", **address)
    erasing.erase(Subject.of(person), by=staff)
    erasing.erase(Subject.of(rapporteur), by=staff)

    written = "\n".join([*lines.texts, *(record.getMessage() for record in caplog.records if record.name != "django")])
    kinds = {json.loads(text)["act"] for text in lines.texts}
    assert {"sign-in", "sign-in.failed", "factor.added", "person.erased", "personal-data.exported"} <= kinds
    tokens = [code, code.replace("-", ""), secret, PASSWORD, "198.51.100.23", client.session.session_key]
    for mark in (MARK, *tokens, *SignInCode.objects.values_list("code_hash", flat=True)):
        assert not mark or not re.search(re.escape(mark), written, re.IGNORECASE), mark


def test_every_act_is_written_somewhere_and_explained(settings):
    code = "\n".join(
        path.read_text()
        for app in ("participants", "events", "outcomes")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    )
    told = (settings.BASE_DIR / "docs" / "operators.md").read_text()

    for act in Act:
        assert code.count(f"Act.{act.name}") >= 1, act
        assert f"`{act}`" in told, act


def test_a_code_asked_for_by_an_unknown_address_names_no_account(client, lines):
    ask(client, "nobody@example.org")
    SignInCode.objects.update(code_hash="x" * 64)
    enter(client, "ABCD-2345")

    assert lines.said() == [{"act": "sign-in.failed", "by": None, "method": "code", "tries_left": 4}]
