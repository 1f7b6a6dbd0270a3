"""Where each organization stood since when, written by the database itself."""

import django.db.models.deletion
from django.db import migrations, models


# What stands already, stood there since the registry began.
PLACES = """
INSERT INTO organizations_place (organization_id, path, since)
SELECT id, path, timestamptz '2021-03-08 00:00+07' FROM organizations_organization;

CREATE FUNCTION organizations_note_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organizations_place (organization_id, path, since)
    VALUES (NEW.id, NEW.path, statement_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER organizations_place_of_new AFTER INSERT ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_note_place();
CREATE TRIGGER organizations_place_of_moved AFTER UPDATE OF part_of_id, path
    ON organizations_organization FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path)
    EXECUTE FUNCTION organizations_note_place();
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_place
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NO_PLACES = """
DROP TRIGGER organizations_place_of_moved ON organizations_organization;
DROP TRIGGER organizations_place_of_new ON organizations_organization;
DROP TRIGGER kept_as_it_is ON organizations_place;
DROP FUNCTION organizations_note_place();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(db_collation="C", max_length=120)),
                ("since", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "place in the tree",
                "verbose_name_plural": "places in the tree",
                "ordering": ["since", "id"],
                "indexes": [models.Index(fields=["since"], name="place_since")],
            },
        ),
        migrations.RunSQL(PLACES, NO_PLACES),
    ]
