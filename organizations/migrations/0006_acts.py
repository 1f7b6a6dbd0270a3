"""Who did what to the tree of organizations, when, from where to where: append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The function is that of migration 0002.
KEEP = """
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_act
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
LET_GO = "DROP TRIGGER kept_as_it_is ON organizations_act;"


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0005_staffing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("changed", "Details changed"),
                            ("moved", "Moved"),
                            ("merged", "Merged into another one"),
                            ("closed", "Closed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("changed", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "came_from",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="organizations.organization",
                    ),
                ),
                (
                    "went_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts_towards",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "act on an organization",
                "verbose_name_plural": "acts on organizations",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["organization", "at"], name="act_of_organization")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("came_from__isnull", False),
                                ("kind", "moved"),
                                ("went_to__isnull", False),
                            ),
                            models.Q(
                                ("came_from", None), ("kind", "merged"), ("went_to__isnull", False)
                            ),
                            models.Q(("came_from", None), ("kind__in", ["opened", "closed"])),
                            models.Q(("came_from", None), ("kind", "changed"), ("went_to", None)),
                            _connector="OR",
                        ),
                        name="act_says_from_where_to_where",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "changed"), models.Q(("changed", {}), _negated=True)),
                            models.Q(models.Q(("kind", "changed"), _negated=True), ("changed", {})),
                            _connector="OR",
                        ),
                        name="act_says_what_was_changed",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
