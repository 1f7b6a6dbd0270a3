"""Limits, reasons and stops of looking outside of one's cases; what a visit lacked until now."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


KEPT = """
CREATE TRIGGER citizens_looking_rule_kept BEFORE UPDATE OR DELETE
    ON citizens_lookingrule FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_looking_reason_kept BEFORE UPDATE OR DELETE
    ON citizens_lookingreason FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_looking_review_kept BEFORE UPDATE OR DELETE
    ON citizens_lookingreview FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_break_glass_kept BEFORE UPDATE OR DELETE
    ON citizens_breakglass FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_looking_stop_kept BEFORE DELETE
    ON citizens_lookingstop FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_looking_stop_lifted_once BEFORE UPDATE
    ON citizens_lookingstop FOR EACH ROW
    WHEN (OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL OR NEW.user_id <> OLD.user_id
        OR NEW.at <> OLD.at OR NEW.in_hour <> OLD.in_hour OR NEW.in_day <> OLD.in_day)
    EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER citizens_looking_stop_lifted_once ON citizens_lookingstop;
DROP TRIGGER citizens_looking_stop_kept ON citizens_lookingstop;
DROP TRIGGER citizens_break_glass_kept ON citizens_breakglass;
DROP TRIGGER citizens_looking_review_kept ON citizens_lookingreview;
DROP TRIGGER citizens_looking_reason_kept ON citizens_lookingreason;
DROP TRIGGER citizens_looking_rule_kept ON citizens_lookingrule;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0020_seen_to_record"),
        ("organizations", "0005_numbers_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakGlass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
            ],
            options={
                "verbose_name": "opening in an emergency",
                "verbose_name_plural": "openings in an emergency",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LookingReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
            ],
            options={
                "verbose_name": "reason to look",
                "verbose_name_plural": "reasons to look",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LookingReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("fine", "Reviewed, all right"),
                            ("ask", "Asked for an explanation"),
                        ],
                        max_length=4,
                        verbose_name="verdict",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
            ],
            options={
                "verbose_name": "review of looking",
                "verbose_name_plural": "reviews of looking",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LookingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="version")),
                (
                    "ask_hour",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="people in an hour, after whom the page asks why"
                    ),
                ),
                (
                    "ask_day",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="people in a day, after whom the page asks why"
                    ),
                ),
                (
                    "wait_hour",
                    models.PositiveSmallIntegerField(
                        default=20, verbose_name="people in an hour, after whom the page waits"
                    ),
                ),
                (
                    "wait_day",
                    models.PositiveSmallIntegerField(
                        default=50, verbose_name="people in a day, after whom the page waits"
                    ),
                ),
                (
                    "wait_minutes",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="minutes between two people, once the page waits"
                    ),
                ),
                (
                    "stop_hour",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="people in an hour, after whom it stops"
                    ),
                ),
                (
                    "stop_day",
                    models.PositiveSmallIntegerField(
                        default=80, verbose_name="people in a day, after whom it stops"
                    ),
                ),
                (
                    "break_glass_day",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="people that one may open in an emergency in a day"
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason of the change"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "limits of looking",
                "verbose_name_plural": "limits of looking",
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="LookingStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
                ("in_hour", models.PositiveIntegerField(verbose_name="people in the hour before")),
                ("in_day", models.PositiveIntegerField(verbose_name="people in the day before")),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lifted at"),
                ),
                (
                    "lift_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason"),
                ),
            ],
            options={
                "verbose_name": "stop of looking",
                "verbose_name_plural": "stops of looking",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="recordvisit",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("desk", "lies on the desk of the organization"),
                    ("waiting", "lies beneath and waits for this health officer"),
                    ("counter", "the person stands at the counter, or has asked"),
                    ("call", "the caller has proved who they are"),
                    ("break_glass", "opened in an emergency"),
                    ("below", "lies beneath and waits for somebody else"),
                    ("no_call", "no caller has proved who they are"),
                    ("old", "was done long ago"),
                    ("elsewhere", "lies on no desk of the organization"),
                ],
                db_default="",
                max_length=12,
                verbose_name="ground",
            ),
        ),
        migrations.AddField(
            model_name="recordvisit",
            name="reason",
            field=models.CharField(
                blank=True, db_default="", max_length=300, verbose_name="reason"
            ),
        ),
        migrations.AddField(
            model_name="recordvisit",
            name="reference",
            field=models.CharField(
                blank=True, db_default="", max_length=20, verbose_name="reference"
            ),
        ),
        migrations.AddField(
            model_name="recordvisit",
            name="role",
            field=models.CharField(blank=True, db_default="", max_length=16, verbose_name="role"),
        ),
        migrations.AddField(
            model_name="recordvisit",
            name="seen",
            field=models.CharField(
                blank=True,
                choices=[
                    ("record", "the record"),
                    ("case", "a proposal"),
                    ("photo", "a photo"),
                    ("pair", "two records side by side"),
                    ("request", "a request"),
                    ("phone", "a phone number"),
                    ("list", "a line of a list"),
                ],
                db_default="",
                max_length=8,
                verbose_name="what was seen",
            ),
        ),
        migrations.AlterField(
            model_name="recordvisit",
            name="why",
            field=models.CharField(
                choices=[
                    ("own", "Own record"),
                    ("guardian", "Guardian"),
                    ("relative", "Family member who was agreed to"),
                    ("review", "Review of a proposal"),
                    ("oversight", "Oversight"),
                    ("hotline", "Hotline"),
                    ("partner", "Partner system"),
                    ("list", "Seen in a list"),
                    ("call", "Phone number seen, to call"),
                    ("recording", "Recording of a dose"),
                    ("break_glass", "Opened in an emergency"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
        migrations.AddField(
            model_name="breakglass",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="broken_glass",
                to="citizens.citizen",
            ),
        ),
        migrations.AddField(
            model_name="breakglass",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="breakglass",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="broken_glass",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingreason",
            name="citizen",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="citizens.citizen",
            ),
        ),
        migrations.AddField(
            model_name="lookingreason",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingreview",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingreview",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="looking_reviews",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingrule",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingstop",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lookingstop",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="looking_stops",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="breakglass",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="break_glass_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="breakglass",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("at"))), name="break_glass_ends_after"
            ),
        ),
        migrations.AddIndex(
            model_name="lookingreason",
            index=models.Index(fields=["user", "citizen", "at"], name="looking_reason_of"),
        ),
        migrations.AddConstraint(
            model_name="lookingreason",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="looking_reason_given"
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("user")), _negated=True),
                name="looking_reviewed_by_somebody_else",
                violation_error_message="Nobody reviews what they looked at themselves.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict", "fine"), ("note__gt", ""), _connector="OR"),
                name="looking_asked_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ask_day__gte", models.F("ask_hour")),
                    ("ask_hour__gte", 1),
                    ("break_glass_day__gte", 1),
                    ("stop_day__gte", models.F("wait_day")),
                    ("stop_hour__gte", models.F("wait_hour")),
                    ("wait_day__gte", models.F("ask_day")),
                    ("wait_hour__gte", models.F("ask_hour")),
                    ("wait_minutes__range", (1, 120)),
                ),
                name="looking_limits_in_order",
                violation_error_message="First the page asks why, then it waits, then it stops; a day allows no less than an hour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingstop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("user",),
                name="looking_stopped_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingstop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason", ""), ("lifted_at", None), ("lifted_by", None)),
                    models.Q(
                        ("lift_reason__gt", ""),
                        ("lifted_at__isnull", False),
                        ("lifted_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="looking_lifted_who_when_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookingstop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by", None),
                    models.Q(("lifted_by", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="looking_lifted_by_somebody_else",
                violation_error_message="Nobody lifts their own stop.",
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
