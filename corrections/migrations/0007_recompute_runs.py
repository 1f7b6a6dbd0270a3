"""Changes of the rules become rows; versions of the rules are never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_policy
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_recomputerun
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
"""

BACKWARD = """
DROP TRIGGER never_deleted ON corrections_recomputerun;
DROP TRIGGER append_only ON corrections_policy;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0006_hotline"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecomputeRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(blank=True, null=True)),
                ("is_working", models.BooleanField(blank=True, null=True)),
                ("why", models.TextField(verbose_name="reason")),
                ("made_at", models.DateTimeField()),
                ("wanted", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "recompute",
                "verbose_name_plural": "recomputes",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("stopped_at", None)), fields=["id"], name="clock_running"
            ),
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="overtaken_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="corrections.recomputerun",
            ),
        ),
        migrations.AddField(
            model_name="recomputerun",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="corrections.policy",
            ),
        ),
        migrations.AddConstraint(
            model_name="recomputerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("day", None), ("is_working", None)),
                    models.Q(("day__isnull", False), ("is_working__isnull", False)),
                    _connector="OR",
                ),
                name="recompute_of_a_day_says_how_it_is_now",
            ),
        ),
        migrations.AddConstraint(
            model_name="recomputerun",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="recompute_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="recomputerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("overtaken_by", None)),
                    ("finished_at__gte", models.F("made_at")),
                    _connector="OR",
                ),
                name="recompute_overtaken_is_finished",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
