from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def stamp(apps, schema_editor):
    """Give each report the rule of its event; rows are few, one or none for an event."""
    event = apps.get_model("events", "Event").objects.filter(pk=OuterRef("event"))
    apps.get_model("outcomes", "Report").objects.update(recorded_under=Subquery(event.values("attribution")))


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0009_words_that_may_stand"),
        ("outcomes", "0014_outcomes_reworded_lately"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="recorded_under",
            field=models.CharField(
                blank=True,
                choices=[
                    ("on_record", "On the record"),
                    ("non_attributed", "Not attributed"),
                    ("chatham_house", "Chatham House Rule"),
                    ("closed", "Closed"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=20,
            ),
        ),
        migrations.RunPython(stamp, migrations.RunPython.noop, elidable=True),
    ]
