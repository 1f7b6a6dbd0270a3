"""That a certificate was printed is never rewritten."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON certificates_certificateprint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON certificates_certificateprint;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0005_prints"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
