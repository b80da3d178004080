from django.db import migrations, models

import events.codes

BATCH = 1000


def give_codes(apps, schema_editor):
    """Give each update a code of its own."""
    updates = apps.get_model("outcomes", "ActionUpdate").objects.order_by("pk")
    while some := list(updates.filter(code=None).only("pk")[:BATCH]):
        for update in some:
            update.code = events.codes.random_code()
        updates.bulk_update(some, ["code"])


class Migration(migrations.Migration):
    """One step: there is no release before it that could go on writing updates without a code."""

    dependencies = [
        ("outcomes", "0016_documents_of_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="actionupdate",
            name="code",
            field=models.CharField(editable=False, max_length=8, null=True),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="actionupdate",
            name="code",
            field=models.CharField(default=events.codes.random_code, editable=False, max_length=8),
        ),
        migrations.AddConstraint(
            model_name="actionupdate",
            constraint=models.UniqueConstraint(models.F("code"), name="action_update_code_once"),
        ),
    ]
