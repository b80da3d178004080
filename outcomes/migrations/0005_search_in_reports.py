import django.db.models.deletion
from django.db import migrations, models

import events.search


def add_gin_index(apps, schema_editor):
    """PostgreSQL finds words by a GIN index; SQLite by FTS5, which `events.search.install` makes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX report_section_words ON outcomes_reportsection USING gin (search_vector)")


def drop_gin_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX report_section_words")


def index_words(apps, schema_editor):
    """Write the words of the rows that are there."""
    rows = apps.get_model("outcomes", "reportsection").objects.only("title", "body")
    for row in rows.iterator(500):
        row.search_text = events.search.indexed(" ".join(str(value) for value in (row.title, row.body)))
        row.save(update_fields=["search_text"])


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0004_newest_under_each_theme"), ("events", "0003_search")]

    operations = [
        migrations.AddField(
            model_name="reportsection",
            name="search_text",
            field=models.TextField(
                blank=True, db_default="", editable=False, help_text="Its words as the index has them."
            ),
        ),
        migrations.AddField(
            model_name="reportsection",
            name="search_vector",
            field=models.GeneratedField(
                db_persist=True,
                expression=events.search.ToTSVector("search_text"),
                output_field=events.search.TSVectorField(),
            ),
        ),
        migrations.RunPython(add_gin_index, drop_gin_index),
        migrations.RunPython(index_words, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ReportSectionIndex",
            fields=[
                (
                    "section",
                    models.OneToOneField(
                        db_column="rowid",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="fts",
                        serialize=False,
                        to="outcomes.reportsection",
                    ),
                ),
                ("search_text", events.search.IndexedText()),
            ],
            options={"db_table": "report_sections_fts", "managed": False},
        ),
    ]
