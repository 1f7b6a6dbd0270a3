"""From whose record to whose a dose was moved; append-only."""

import django.db.models.deletion
from django.db import migrations, models


KEPT = """
CREATE TRIGGER doses_move_kept BEFORE UPDATE OR DELETE
    ON doses_dosemove FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0023_paper_seen"),
        ("doses", "0005_doses_abroad"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoseMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="revision")),
                (
                    "dose",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="doses.dose",
                        verbose_name="dose",
                    ),
                ),
                (
                    "from_record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                        verbose_name="from the record",
                    ),
                ),
                (
                    "to_record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                        verbose_name="to the record",
                    ),
                ),
            ],
            options={
                "verbose_name": "move of a dose",
                "verbose_name_plural": "moves of doses",
                "ordering": ["dose_id", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("dose", "number"), name="dose_move_number"),
                    models.CheckConstraint(
                        condition=models.Q(("from_record", models.F("to_record")), _negated=True),
                        name="dose_move_to_another_record",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, "DROP TRIGGER doses_move_kept ON doses_dosemove"),
    ]
