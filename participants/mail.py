"""Mail goes through the outbox: a row in the transaction that causes it, sent by the worker."""

from django.template.loader import render_to_string

from participants.models.outbox import OutgoingMail


def queue(*, to: str, subject: str, template: str, context: dict, key: str) -> OutgoingMail:
    """Write a mail into the outbox; with a `key` that was used before nothing is written twice.

    `template` is a text template, rendered now so that the mail says what was true when it was caused.
    """
    body = render_to_string(template, context)
    mail, _ = OutgoingMail.objects.get_or_create(key=key, defaults={"to": to, "subject": subject, "body": body})
    return mail
