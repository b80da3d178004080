from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0006_staff_work_for_institutions")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(works_on__in=["institutions", "everything"]), name="user_works_on_is_known"
            ),
        ),
    ]
