"""Labels that fit every reader; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0005_swapped_days"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clock",
            name="stopped_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("decided", "decided"),
                    ("answered", "answered"),
                    ("withdrawn", "the proposal was withdrawn"),
                    ("expired", "question not answered"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("wrong_fields", "Wrong details of a dose"),
                    ("missing_dose", "Missing dose"),
                    ("not_mine", "This dose is somebody else’s"),
                    ("never_given", "This dose was never given"),
                    ("duplicate", "The same dose stands twice"),
                    ("identity", "Wrong personal details"),
                    ("split_record", "Records split in two"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("queued", "Waiting for review"),
                    ("in_review", "Being reviewed"),
                    ("waiting", "Question not answered yet"),
                    ("kept", "Kept for later"),
                    ("to_countersign", "Waiting for a second person"),
                    ("accepted", "Accepted"),
                    ("partly_accepted", "Accepted in part"),
                    ("refused", "Refused"),
                    ("upheld", "Appeal refused"),
                    ("disagreed", "Refused, disagreement on record"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Closed, question not answered"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="pause",
            name="ended_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reply", "the question was answered"),
                    ("cap", "the longest pause was over"),
                    ("moved_on", "it was dealt with without the answer"),
                ],
                max_length=12,
            ),
        ),
    ]
