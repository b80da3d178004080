from django.db import models
from django.db.models.functions import Lower
from django_countries.fields import CountryField

from participants.models.change import Kept
from participants.names import KeyField, in_brackets, organisation_key, short_key
from participants.pictures import PictureField, RandomName
from participants.slugs import SluggedModel
from participants.text import on_the_web, validate_plain, validate_web_address


class ActorType(models.TextChoices):
    """Kinds of actors in a policy dialogue; recommendations are addressed to these."""

    STATE = "state", "State"
    UN_ENTITY = "un_entity", "UN entity"
    INTERGOVERNMENTAL = "intergovernmental", "Intergovernmental organisation"
    REGIONAL_ORGANISATION = "regional_organisation", "Regional organisation"
    PRIVATE_SECTOR = "private_sector", "Private sector"
    CIVIL_SOCIETY = "civil_society", "Civil society"
    ACADEMIA = "academia", "Academia and think tanks"
    TECHNICAL_COMMUNITY = "technical_community", "Technical community"
    DONOR = "donor", "Donor"
    MEDIA = "media", "Media"
    OTHER = "other", "Other"


class Organisation(SluggedModel):
    """An institution that convenes, takes part in or follows up a dialogue."""

    name = models.CharField(max_length=300, validators=[validate_plain])
    short_name = models.CharField(max_length=60, blank=True, validators=[validate_plain], help_text="FCDO, UNIDIR …")
    actor_type = models.CharField(max_length=30, choices=ActorType, default=ActorType.OTHER)
    country = CountryField(blank=True)
    website = models.URLField(blank=True, validators=[validate_web_address])
    logo = PictureField(upload_to=RandomName("organisations"), blank=True)
    logo_alt = models.CharField("logo in words", max_length=200, blank=True, validators=[validate_plain])
    report_disclaimer = models.TextField(
        blank=True, validators=[validate_plain], help_text="Copied into each report when it is published."
    )
    name_key = KeyField(key_of=lambda row: organisation_key(row.name), help_text="By which namesakes are found.")
    short_key = KeyField(
        key_of=lambda row: short_key(row.name, row.short_name or in_brackets(row.name)),
        help_text="The same of its short name, or its initials.",
    )

    HISTORY = Kept(called="name", fixed=("slug",))

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["name_key"], name="organisation_name_key"),
            models.Index(fields=["short_key"], name="organisation_short_key"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("name"), "country", name="organisation_name_unique_in_its_country"),
            models.CheckConstraint(
                condition=models.Q(logo="") | ~models.Q(logo_alt=""), name="organisation_logo_has_words"
            ),
            models.CheckConstraint(condition=on_the_web("website"), name="organisation_website_is_on_the_web"),
        ]

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one: what fits in a list."""
        return self.short_name or self.name
