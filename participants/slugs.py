"""Addresses made from titles in any script."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

RESERVED = {"export", "feed", "new", "report"}


def unique_slug(rows: models.QuerySet, text: str, *, limit: int = 80) -> str:
    """Return a slug for `text` that none of `rows` has yet: whole words up to `limit`, then -2, -3 …

    A title of which nothing remains (only signs) is called after its model: `event`, `event-2`.
    """
    slug = slugify(text, allow_unicode=True)
    if len(slug) > limit:
        slug = slug[:limit].rsplit("-", 1)[0] if "-" in slug[:limit] else slug[:limit]
    slug = slug or str(rows.model._meta.model_name)
    taken = set(rows.filter(slug__startswith=slug).values_list("slug", flat=True)) | RESERVED
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


class SluggedModel(models.Model):
    """A model with an address of its own; left blank, it is made from `slug_source` when first saved."""

    slug = models.SlugField(
        max_length=100, unique=True, allow_unicode=True, blank=True, help_text="Its address; left blank, it is made."
    )

    slug_source = "name"

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.slug in RESERVED:
            raise ValidationError({"slug": f"“{self.slug}” is an address of the site itself; choose another."})

    def save(self, **kwargs):
        if self.slug:
            return super().save(**kwargs)
        if (update_fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*update_fields, "slug"}
        rows = type(self)._base_manager
        while True:
            self.slug = unique_slug(rows.all(), getattr(self, self.slug_source))
            try:
                with transaction.atomic():
                    return super().save(**kwargs)
            except IntegrityError:
                if not rows.filter(slug=self.slug).exists():
                    raise  # refused for another reason than somebody else taking this slug in between
