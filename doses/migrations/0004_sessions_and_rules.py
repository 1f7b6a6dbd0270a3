"""Sessions, received lots, vaccine groups with dated rules, and more facts of a dose.

Columns with a default of the database: no row of a dose is rewritten.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


KEPT = """
CREATE TRIGGER doses_warning_kept BEFORE UPDATE OR DELETE
    ON doses_warningleft FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER doses_session_kept BEFORE DELETE
    ON doses_vaccinationsession FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER doses_lot_kept BEFORE DELETE
    ON doses_receivedlot FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER doses_lot_kept ON doses_receivedlot;
DROP TRIGGER doses_session_kept ON doses_vaccinationsession;
DROP TRIGGER doses_warning_kept ON doses_warningleft;
"""


def into_one_group(apps, schema_editor):
    """Put the vaccines on record into the group of COVID-19: there were no others before."""
    vaccine = apps.get_model("doses", "Vaccine")
    if vaccine.objects.exists():
        group = apps.get_model("doses", "VaccineGroup").objects.create(
            code="covid19", name_vi="COVID-19", name_en="COVID-19", first_given_on="2021-03-08"
        )
        vaccine.objects.update(group=group)


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0019_restrictions"),
        ("doses", "0003_words_of_labels"),
        ("organizations", "0005_numbers_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="vaccine",
            name="vaccine_interval_order",
        ),
        migrations.RemoveConstraint(
            model_name="vaccine",
            name="vaccine_age_order",
        ),
        # The columns stay for a version that still reads them; the next one drops them.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(
                    model_name="vaccine",
                    name="interval_max_days",
                ),
                migrations.RemoveField(
                    model_name="vaccine",
                    name="interval_min_days",
                ),
                migrations.RemoveField(
                    model_name="vaccine",
                    name="max_age",
                ),
                migrations.RemoveField(
                    model_name="vaccine",
                    name="min_age",
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReceivedLot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=64, verbose_name="lot")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                ("received_on", models.DateField(verbose_name="received on")),
                (
                    "doses",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="doses received"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                ),
            ],
            options={
                "verbose_name": "received lot",
                "verbose_name_plural": "received lots",
                "ordering": ["-received_on", "number"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "source_vi",
                    models.CharField(max_length=200, verbose_name="source in Vietnamese"),
                ),
                (
                    "source_en",
                    models.CharField(max_length=200, verbose_name="source in English"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("primary", "Primary"),
                            ("additional", "Additional"),
                            ("booster", "Booster"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField(verbose_name="ordinal")),
                (
                    "age",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="age"),
                ),
                (
                    "age_span",
                    models.CharField(
                        blank=True,
                        choices=[("day", "days"), ("month", "months"), ("year", "years")],
                        max_length=5,
                        verbose_name="age in",
                    ),
                ),
                (
                    "interval",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="interval"
                    ),
                ),
                (
                    "interval_span",
                    models.CharField(
                        blank=True,
                        choices=[("day", "days"), ("month", "months"), ("year", "years")],
                        max_length=5,
                        verbose_name="interval in",
                    ),
                ),
                (
                    "last_age",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="last age in years"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a schedule",
                "verbose_name_plural": "steps of schedules",
                "ordering": ["group_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="VaccinationSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("venue", models.CharField(blank=True, max_length=120, verbose_name="venue")),
                ("on", models.DateField(verbose_name="day")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("done", "Done"),
                            ("cancelled", "Called off"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "planned_doses",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="planned doses"
                    ),
                ),
                (
                    "given_doses",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="doses given"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
            ],
            options={
                "verbose_name": "vaccination session",
                "verbose_name_plural": "vaccination sessions",
                "ordering": ["-on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="VaccineGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
                ("name_vi", models.CharField(max_length=80, verbose_name="name in Vietnamese")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "first_given_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="first given in Viet Nam on"
                    ),
                ),
            ],
            options={
                "verbose_name": "vaccine group",
                "verbose_name_plural": "vaccine groups",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="VaccineRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "source_vi",
                    models.CharField(max_length=200, verbose_name="source in Vietnamese"),
                ),
                (
                    "source_en",
                    models.CharField(max_length=200, verbose_name="source in English"),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("lowest_age", "lowest age"),
                            ("highest_age", "highest age"),
                            ("shortest_interval", "shortest interval"),
                            ("given", "given at all"),
                            ("may_follow", "may follow another vaccine"),
                        ],
                        max_length=20,
                        verbose_name="about",
                    ),
                ),
                (
                    "dose_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("primary", "Primary"),
                            ("additional", "Additional"),
                            ("booster", "Booster"),
                        ],
                        max_length=10,
                        verbose_name="kind of dose",
                    ),
                ),
                (
                    "value",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="value"),
                ),
                (
                    "span",
                    models.CharField(
                        blank=True,
                        choices=[("day", "days"), ("month", "months"), ("year", "years")],
                        max_length=5,
                        verbose_name="counted in",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule about a vaccine",
                "verbose_name_plural": "rules about vaccines",
                "ordering": ["group_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="WarningLeft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("values", models.JSONField(default=dict, verbose_name="values")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
            ],
            options={
                "verbose_name": "warning left standing",
                "verbose_name_plural": "warnings left standing",
                "ordering": ["dose_id", "id"],
            },
        ),
        migrations.AddField(
            model_name="dose",
            name="country",
            field=models.CharField(
                db_default="VN", default="VN", max_length=2, verbose_name="country"
            ),
        ),
        migrations.AddField(
            model_name="dose",
            name="given_by",
            field=models.CharField(
                blank=True, db_default="", max_length=120, verbose_name="given by"
            ),
        ),
        migrations.AddField(
            model_name="dose",
            name="given_time",
            field=models.TimeField(blank=True, null=True, verbose_name="time of day"),
        ),
        migrations.AddField(
            model_name="dose",
            name="issuer",
            field=models.CharField(
                blank=True, db_default="", max_length=120, verbose_name="issuer"
            ),
        ),
        migrations.AddField(
            model_name="dose",
            name="product_abroad",
            field=models.CharField(
                blank=True, db_default="", max_length=80, verbose_name="product on the paper"
            ),
        ),
        migrations.AddField(
            model_name="dose",
            name="venue",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="venue"),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="country",
            field=models.CharField(
                db_default="VN", default="VN", max_length=2, verbose_name="country"
            ),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="given_by",
            field=models.CharField(
                blank=True, db_default="", max_length=120, verbose_name="given by"
            ),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="given_time",
            field=models.TimeField(blank=True, null=True, verbose_name="time of day"),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="issuer",
            field=models.CharField(
                blank=True, db_default="", max_length=120, verbose_name="issuer"
            ),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="product_abroad",
            field=models.CharField(
                blank=True, db_default="", max_length=80, verbose_name="product on the paper"
            ),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="venue",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="venue"),
        ),
        migrations.AlterField(
            model_name="dose",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
                verbose_name="given at",
            ),
        ),
        migrations.AlterField(
            model_name="dose",
            name="provenance",
            field=models.CharField(
                choices=[
                    ("site_entry", "Entered by the vaccination site"),
                    ("back_entry", "Entered later by the vaccination site"),
                    ("correction", "Accepted proposal"),
                    ("partner", "Partner system"),
                    ("self_declared", "Self-declared"),
                    ("abroad", "From a certificate of another country"),
                ],
                max_length=16,
                verbose_name="provenance",
            ),
        ),
        migrations.AlterField(
            model_name="doserevision",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
                verbose_name="given at",
            ),
        ),
        migrations.AlterField(
            model_name="doserevision",
            name="provenance",
            field=models.CharField(
                choices=[
                    ("site_entry", "Entered by the vaccination site"),
                    ("back_entry", "Entered later by the vaccination site"),
                    ("correction", "Accepted proposal"),
                    ("partner", "Partner system"),
                    ("self_declared", "Self-declared"),
                    ("abroad", "From a certificate of another country"),
                ],
                max_length=16,
                verbose_name="provenance",
            ),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="cvx",
            field=models.CharField(blank=True, max_length=5, verbose_name="CVX code"),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="icd11",
            field=models.CharField(blank=True, max_length=10, verbose_name="ICD-11 code"),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="ma",
            field=models.CharField(blank=True, max_length=40, verbose_name="EU manufacturer code"),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="manufacturer",
            field=models.CharField(blank=True, max_length=120, verbose_name="manufacturer"),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="mp",
            field=models.CharField(blank=True, max_length=40, verbose_name="EU product code"),
        ),
        migrations.AlterField(
            model_name="vaccine",
            name="vp",
            field=models.CharField(
                blank=True, max_length=20, verbose_name="SNOMED CT prophylaxis code"
            ),
        ),
        migrations.AddField(
            model_name="receivedlot",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="receivedlot",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="receivedlot",
            name="vaccine",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="doses.vaccine",
                verbose_name="vaccine",
            ),
        ),
        migrations.AddField(
            model_name="receivedlot",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AddField(
            model_name="schedulestep",
            name="after",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="doses.vaccine",
                verbose_name="vaccine of the dose before",
            ),
        ),
        migrations.AddField(
            model_name="vaccinationsession",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="vaccinationsession",
            name="lots",
            field=models.ManyToManyField(
                blank=True, related_name="sessions", to="doses.receivedlot", verbose_name="lots"
            ),
        ),
        migrations.AddField(
            model_name="vaccinationsession",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="dose",
            name="session",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="doses.vaccinationsession",
                verbose_name="vaccination session",
            ),
        ),
        migrations.AddField(
            model_name="doserevision",
            name="session",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="doses.vaccinationsession",
                verbose_name="vaccination session",
            ),
        ),
        migrations.AddField(
            model_name="schedulestep",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="schedule",
                to="doses.vaccinegroup",
                verbose_name="vaccine group",
            ),
        ),
        migrations.AddField(
            model_name="vaccine",
            name="group",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="vaccines",
                to="doses.vaccinegroup",
                verbose_name="vaccine group",
            ),
        ),
        migrations.AddField(
            model_name="vaccinerule",
            name="after",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="doses.vaccine",
                verbose_name="vaccine of the dose before",
            ),
        ),
        migrations.AddField(
            model_name="vaccinerule",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules",
                to="doses.vaccinegroup",
                verbose_name="vaccine group",
            ),
        ),
        migrations.AddField(
            model_name="vaccinerule",
            name="vaccine",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="doses.vaccine",
                verbose_name="vaccine",
            ),
        ),
        migrations.AddField(
            model_name="warningleft",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="warningleft",
            name="dose",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="warnings_left",
                to="doses.dose",
                verbose_name="dose",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedlot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("organization", "vaccine", "number"),
                name="received_lot_once",
                violation_error_message="This lot is on the list of the site already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedlot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "number",
                        django.db.models.functions.text.Upper(
                            django.db.models.functions.text.Trim("number")
                        ),
                    ),
                    models.Q(("number", ""), _negated=True),
                ),
                name="received_lot_in_capitals",
            ),
        ),
        migrations.AddIndex(
            model_name="vaccinationsession",
            index=models.Index(fields=["organization", "on"], name="session_organization_on"),
        ),
        migrations.AddConstraint(
            model_name="vaccinationsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("status__in", ["done", "cancelled"])),
                    models.Q(("closed_at", None), ("status__in", ["planned", "open"])),
                    _connector="OR",
                ),
                name="session_closed_when_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="vaccinationsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at", None), ("closed_at__gte", models.F("at")), _connector="OR"
                ),
                name="session_closed_after_it_was_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("age__isnull", False), ("interval__isnull", False), _connector="OR"
                ),
                name="schedule_step_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="vaccinerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on", None),
                    ("from_on", None),
                    ("until_on__gte", models.F("from_on")),
                    _connector="OR",
                ),
                name="vaccine_rule_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="vaccinerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about__in", ["given", "may_follow"]), ("value", None)),
                    models.Q(
                        ("value__gte", 1),
                        models.Q(("span", ""), _negated=True),
                        models.Q(("about__in", ["given", "may_follow"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="vaccine_rule_has_what_it_is_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="vaccinerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about", "may_follow"), _negated=True),
                    models.Q(("after__isnull", False), ("vaccine__isnull", False)),
                    _connector="OR",
                ),
                name="vaccine_rule_may_follow_names_both",
            ),
        ),
        migrations.RunPython(into_one_group, migrations.RunPython.noop),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
