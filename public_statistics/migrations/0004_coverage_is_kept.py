"""What a day said once, it says for good."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public_statistics_publishedcoverage
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON public_statistics_publishedcoverage;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("public_statistics", "0003_publishedcoverage"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
