from django.db import models
from django.urls import reverse


class Section(models.Model):
    title = models.CharField(max_length=200)
    slug = models.SlugField()

    def __str__(self):
        return self.title


class Author(models.Model):
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=200)

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Item(models.Model):
    """What the list lists; three relations."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        REVIEW = "review", "Review"

    title = models.CharField(max_length=200)
    text = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind)
    published_at = models.DateTimeField(db_index=True)
    section = models.ForeignKey(Section, on_delete=models.CASCADE)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    tags = models.ManyToManyField(Tag)

    class Meta:
        ordering = ["-published_at"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('bench-floor')}?item={self.pk}"


class Filling(models.Model):
    """With what the database was filled: an unfinished or outdated one is made anew."""

    size = models.PositiveIntegerField()
    made_from = models.CharField(max_length=64, help_text="A digest of the code that filled it.")
    seconds = models.FloatField(null=True, help_text="How long it took; empty while it has not finished.")

    def __str__(self):
        return f"{self.size} outcomes"
