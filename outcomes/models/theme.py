from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from participants.models import Kept
from participants.slugs import SluggedModel
from participants.text import validate_plain


class ThemeQuerySet(models.QuerySet):
    def public(self):
        """Themes are a public vocabulary: all of them, whether anything stands under them yet or not."""
        return self.all()

    def top(self):
        """The themes of the first level."""
        return self.filter(parent=None)


class Theme(SluggedModel):
    """What an outcome is about; two levels."""

    name = models.CharField(max_length=150, unique=True, validators=[validate_plain])
    description = models.TextField(blank=True, validators=[validate_plain])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveSmallIntegerField(default=0)

    objects = ThemeQuerySet.as_manager()

    HISTORY = Kept(called="name", fixed=("slug", "parent"))

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="theme_is_not_its_own_parent")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("outcomes:theme-detail", args=[self.slug])

    def clean(self):
        super().clean()
        if self.parent_id and (self.parent_id == self.pk or self.parent.parent_id):
            raise ValidationError({"parent": "Themes have two levels: choose one of the first level."})
        if self.parent_id and self.pk and self.children.exists():
            raise ValidationError({"parent": "This theme has sub-themes of its own; move those first."})
