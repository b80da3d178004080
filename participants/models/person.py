from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, NullIf

from participants.models.change import Kept
from participants.names import KeyField, person_key
from participants.text import validate_plain


class PersonQuerySet(models.QuerySet):
    """People are shared by all institutions; how to reach them is not."""

    def reachable_by(self, user):
        """Those whose address `user` may see and change: who takes part in an event that they run."""
        if not (user.is_staff and user.is_editor):
            return self.none()
        if user.works_on_everything:
            return self
        participations = self.model._meta.get_field("participations").related_model._default_manager
        return self.filter(pk__in=participations.staffed_by(user).order_by().values("person"))


class Person(models.Model):
    """Someone who takes part in dialogues. One display name, never split; most people have no account."""

    name = models.CharField(max_length=300, validators=[validate_plain], help_text="As printed on the name plate.")
    sort_name = models.CharField(max_length=300, blank=True, validators=[validate_plain], help_text="For lists only.")
    honorific = models.CharField(max_length=100, blank=True, validators=[validate_plain], help_text="H.E. Mr., Dr …")
    email = models.EmailField("e-mail address", blank=True, help_text="Private: never shown to the public.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="The account with which this person signs in, if any.",
    )
    name_key = KeyField(key_of=lambda person: person_key(person.name), help_text="By which namesakes are found.")

    HISTORY = Kept(fixed=("user",))

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = [Coalesce(NullIf("sort_name", models.Value("")), "name"), "pk"]
        verbose_name_plural = "people"
        indexes = [
            models.Index(fields=["name_key"], name="person_name_key"),
            models.Index(fields=["email"], condition=~models.Q(email=""), name="person_email"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name")]

    def __str__(self):
        return self.name

    @property
    def full_name(self) -> str:
        """The name with its honorific, as in a programme."""
        return f"{self.honorific} {self.name}".strip()
