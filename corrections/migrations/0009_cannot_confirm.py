"""The outcome "cannot be confirmed", with what was searched.

The constraints are added without a check of the rows that are there, and checked afterwards: the
table stays open while millions of rows are read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

DECIDED = ["accepted", "cannot_confirm", "disagreed", "partly_accepted", "refused", "upheld"]

# The steps that decide: 0004 says what the trigger refuses.
TRIGGER = """
CREATE OR REPLACE TRIGGER nobody_decides_for_themselves BEFORE INSERT ON corrections_correctionevent
    FOR EACH ROW WHEN (NEW.by_id IS NOT NULL AND NEW.step IN (
        'keep', 'accept', 'accept_in_part', 'refuse', {more}'overturn', 'overturn_in_part', 'uphold',
        'put_forward', 'countersign', 'countersign_in_part', 'hand_back', 'take_over'))
    EXECUTE FUNCTION corrections_check_deciding_event();
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("corrections", "0008_counted_from_the_index")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="searched",
            field=models.JSONField(
                blank=True, db_default=models.Value([], models.JSONField()), default=list
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="searched_words",
            field=models.CharField(blank=True, db_default="", max_length=200),
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
                    ("cannot_confirm", "Cannot be confirmed"),
                    ("upheld", "Appeal refused"),
                    ("disagreed", "Decided, disagreement on record"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Closed, question not answered"),
                ],
                max_length=16,
            ),
        ),
        migrations.RemoveConstraint("correction", "correction_decided_who_and_when"),
        AddConstraintNotValid(
            "correction",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status__in", DECIDED),
                    ),
                    models.Q(
                        models.Q(("status__in", DECIDED), _negated=True),
                        ("decided_at", None),
                        ("decided_by", None),
                    ),
                    _connector="OR",
                ),
                name="correction_decided_who_and_when",
            ),
        ),
        AddConstraintNotValid(
            "correction",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "cannot_confirm"),
                        models.Q(("searched", []), ("searched_words", ""), _negated=True),
                    ),
                    ("status", "disagreed"),
                    models.Q(
                        models.Q(("status__in", ["cannot_confirm", "disagreed"]), _negated=True),
                        ("searched", []),
                        ("searched_words", ""),
                    ),
                    _connector="OR",
                ),
                name="correction_searched_iff_cannot_confirm",
            ),
        ),
        ValidateConstraint("correction", "correction_decided_who_and_when"),
        ValidateConstraint("correction", "correction_searched_iff_cannot_confirm"),
        migrations.RunSQL(TRIGGER.format(more="'cannot_confirm', "), TRIGGER.format(more="")),
    ]
