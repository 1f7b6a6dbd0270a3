"""A look at a phone number stays on record."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oversight_contactreveal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON oversight_contactreveal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0002_contact_reveals"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
