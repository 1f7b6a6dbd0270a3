"""Notes of officers to organizations, which of those are silent, and an index of what officers did."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


FORWARD = """
CREATE FUNCTION corrections_note_is_read_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.read_at IS NOT NULL
        OR (OLD.public_id, OLD.organization_id, OLD.by_id, OLD.written_for_id, OLD.text, OLD.at)
        IS DISTINCT FROM
        (NEW.public_id, NEW.organization_id, NEW.by_id, NEW.written_for_id, NEW.text, NEW.at)
    THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER read_once BEFORE UPDATE OR DELETE ON corrections_officernote
    FOR EACH ROW EXECUTE FUNCTION corrections_note_is_read_once();
"""

BACKWARD = """
DROP TRIGGER read_once ON corrections_officernote;
DROP FUNCTION corrections_note_is_read_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0008_figures"),
        ("organizations", "0003_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficerNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "note to an organization",
                "verbose_name_plural": "notes to organizations",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Silence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("closed", "Closed, with cases on its desk"),
                            ("no_reviewer", "Nobody decides there"),
                            ("no_decision", "No decision"),
                            ("unread", "Cases that nobody opened"),
                            ("no_sign_in", "Nobody signed in"),
                            ("bouncing", "E-mail does not arrive"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("cases", models.PositiveIntegerField(default=0)),
                ("noticed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "silence",
                "verbose_name_plural": "silences",
                "ordering": ["reason", "-cases", "organization"],
            },
        ),
        migrations.AddIndex(
            model_name="correctionevent",
            index=models.Index(
                condition=models.Q(("party", "overseer")),
                fields=["at"],
                name="event_of_officers",
            ),
        ),
        migrations.AddField(
            model_name="officernote",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="officernote",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="officernote",
            name="read_by",
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
            model_name="officernote",
            name="written_for",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="silence",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="silences",
                to="organizations.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="officernote",
            index=models.Index(fields=["organization", "at"], name="officer_note_of"),
        ),
        migrations.AddIndex(
            model_name="officernote",
            index=models.Index(
                condition=models.Q(("read_at", None)),
                fields=["organization"],
                name="officer_note_unread",
            ),
        ),
        migrations.AddConstraint(
            model_name="officernote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("read_at", None), ("read_by", None)),
                    models.Q(("read_at__isnull", False), ("read_by__isnull", False)),
                    _connector="OR",
                ),
                name="officer_note_read_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="officernote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="officer_note_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="silence",
            index=models.Index(
                fields=["reason", "-cases", "organization"], name="silence_worst_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="silence",
            constraint=models.UniqueConstraint(
                fields=("organization", "reason"), name="silence_once"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
