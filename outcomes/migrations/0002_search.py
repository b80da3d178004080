import django.db.models.deletion
from django.db import migrations, models

import events.search


def add_gin_index(apps, schema_editor):
    """PostgreSQL finds words by a GIN index; SQLite by FTS5, which `events.search.install` makes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX outcome_words ON outcomes_outcome USING gin (search_vector)")


def drop_gin_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX outcome_words")


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="outcome",
            name="search_text",
            field=models.TextField(
                blank=True, db_default="", editable=False, help_text="Its words as the index has them."
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="search_vector",
            field=models.GeneratedField(
                db_persist=True,
                expression=events.search.ToTSVector("search_text"),
                output_field=events.search.TSVectorField(),
            ),
        ),
        migrations.RunPython(add_gin_index, drop_gin_index),
        migrations.CreateModel(
            name="OutcomeIndex",
            fields=[
                (
                    "outcome",
                    models.OneToOneField(
                        db_column="rowid",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="fts",
                        serialize=False,
                        to="outcomes.outcome",
                    ),
                ),
                ("search_text", events.search.IndexedText()),
            ],
            options={"db_table": "outcomes_fts", "managed": False},
        ),
    ]
