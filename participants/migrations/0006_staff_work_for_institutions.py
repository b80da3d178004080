from django.db import migrations, models


def keep_every_event(apps, schema_editor):
    """Whoever was an editor worked on every event; only new accounts begin with the narrower right."""
    User = apps.get_model("participants", "User")
    User.objects.using(schema_editor.connection.alias).filter(groups__name="Editors").update(works_on="everything")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("participants", "0005_history_of_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="works_on",
            field=models.CharField(
                choices=[("institutions", "Events of the institutions below"), ("everything", "Every event")],
                db_default="institutions",
                default="institutions",
                help_text="For editors and reviewers. Administrators work on every event.",
                max_length=20,
                verbose_name="works on",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="institutions",
            field=models.ManyToManyField(
                blank=True,
                help_text="They see the events which one of these convenes, hosts, co-hosts or organises.",
                related_name="+",
                to="participants.organisation",
            ),
        ),
        migrations.RunPython(keep_every_event, migrations.RunPython.noop, elidable=True),
    ]
