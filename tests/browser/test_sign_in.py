"""Signing in as people do it: a code on a phone, a passkey at a desk."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "correct horse battery"
PHONE = {"width": 375, "height": 812}


def test_a_rapporteur_signs_in_with_a_code_on_a_phone(open_browser, violations, mailoutbox):
    UserFactory(email="ana@example.org")
    page = open_browser(PHONE)

    page.goto("/sign-in/?next=/themes/")
    empty = violations(page)
    page.get_by_role("button", name="Send me a code").click()
    at_error = violations(page), page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_label("E-mail address").fill("Ana@Example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/sign-in/code/")
    call_command("worker", batch=True)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[0].body)[0]
    asked = violations(page)
    page.get_by_label("Code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/themes/")

    assert (empty, at_error, asked) == ({}, ({}, True), {})


def test_an_editor_adds_a_passkey_and_signs_in_with_it(open_browser, violations, settings):
    settings.REQUIRE_SECOND_FACTOR = settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    UserFactory(email="editor@example.org", editor=True)
    page = open_browser()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def enter_password():
        page.goto("/admin/")
        page.get_by_label("E-mail address").fill("editor@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    enter_password()
    page.wait_for_url("**/accounts/second-factor/")
    found = [violations(page)]
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/passkeys/add/")
    found.append(violations(page))
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/recovery-codes/")
    found.append(violations(page))
    page.get_by_role("link", name="Go on to the administration").click()
    page.wait_for_url("**/admin/")
    page.context.clear_cookies()
    enter_password()
    page.wait_for_url("**/second-factor/enter/")
    found.append(violations(page))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/admin/")

    assert found == [{}] * 4


def test_a_passkey_that_is_not_there_is_said_on_the_page(open_browser, settings):
    settings.REQUIRE_SECOND_FACTOR = settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    UserFactory(email="editor@example.org", editor=True)
    page = open_browser()

    page.goto("/accounts/login/?next=/accounts/second-factor/passkeys/add/")
    page.get_by_label("E-mail address").fill("editor@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/passkeys/add/")
    refuse = "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    page.evaluate(refuse)
    page.get_by_role("button", name="Add", exact=True).click()

    page.get_by_role("alert").get_by_text("The passkey was not read").wait_for()


def test_the_admin_warns_before_it_asks_again_and_stays_while_somebody_types(open_browser, violations, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    staff = UserFactory(editor=True)
    signed_in = Client()
    signed_in.force_login(staff)
    factor = Authenticator.objects.create(user=staff, type="totp", data={})
    session = signed_in.session
    session["account_authentication_methods"] = [{"method": "mfa", "id": factor.pk, "at": time.time()}]
    session["account_authentication_methods_user"] = str(staff.pk)
    session.save()
    page = open_browser(signed_in=signed_in)
    page.clock.install()
    stays = []
    page.on("request", lambda request: stays.append(request.method) if request.headers.get("x-stays") else None)
    page.goto("/admin/events/eventseries/add/")
    notice, name = page.get_by_role("alert"), page.get_by_label("Name")

    page.clock.fast_forward("39:00")
    expect(notice).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(notice).to_contain_text("nothing you typed is lost")
    found = violations(page)
    with page.expect_response("**/jsi18n/"):
        notice.get_by_role("button", name="Stay signed in").click()
    expect(notice).to_be_hidden()
    page.clock.fast_forward("39:00")
    with page.expect_response("**/jsi18n/"):
        name.press_sequentially("Typing")
    page.clock.fast_forward("39:00")
    expect(notice).to_be_hidden()
    assert (found, stays) == ({}, ["HEAD", "HEAD"])
    assert name.input_value() == "Typing"
