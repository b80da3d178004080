"""Mail goes through the outbox: a row in the transaction that causes it, sent by the worker."""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.template.loader import render_to_string

from participants.models.outbox import OutgoingMail

logger = logging.getLogger(__name__)


def queue(
    *,
    to: str,
    subject: str,
    template: str,
    context: dict,
    key: str,
    secret: bool = False,
    private: bool = False,
    unsubscribe: str = "",
) -> OutgoingMail:
    """Write a mail into the outbox; with a `key` that was used before nothing is written twice.

    `template` is a text template, rendered now so that the mail says what was true when it was caused. A `secret` mail
    holds a code: it goes before others, is not sent late, and its text is wiped once it has gone. A `private` one holds
    a link for one person: it goes like any other, and its text is wiped too. `unsubscribe` is the full address that
    ends mail of this kind by one click; what people wait for or work with has none.
    """
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "to": to,
            "subject": " ".join(subject.split())[:200],
            "body": render_to_string(template, context),
            "secret": secret,
            "private": private,
            "unsubscribe": unsubscribe,
        },
    )
    if is_new:
        transaction.on_commit(deliver.enqueue)
    return mail


@task(priority=50)
def deliver() -> int:
    """Send everything that is due and return how much went; safe to run twice and by several workers at once."""
    sent = 0
    tried: set[int] = set()
    while pks := list(OutgoingMail.objects.due().exclude(pk__in=tried).values_list("pk", flat=True)[:50]):
        tried.update(pks)
        for pk in pks:
            if mail := OutgoingMail.objects.claim(pk):
                sent += send(mail)
    return sent


def send(mail: OutgoingMail) -> bool:
    """Hand one claimed mail to the mail server; whatever goes wrong with it is noted on it and stays with it."""
    domain = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{mail.message_id}@{domain}>", "Auto-Submitted": "auto-generated"}
    if mail.unsubscribe:  # RFC 8058: the reader's mail program offers the click
        headers |= {"List-Unsubscribe": f"<{mail.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    try:
        EmailMessage(mail.subject, mail.body, to=[mail.to], headers=headers).send()
    except Exception as error:  # noqa: BLE001 - one bad mail must not stop the others, and backends raise what they like
        mail.mark_failed(error)
        logger.warning("mail %s did not go, attempt %s: %s", mail.pk, mail.attempts, type(error).__name__)
        return False
    mail.mark_sent()
    return True
