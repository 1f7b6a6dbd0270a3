"""That a partner made a dose is never rewritten, and a partner never deleted."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhir_api_partnerdose
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON fhir_api_partner
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON fhir_api_partnerdose;
DROP TRIGGER never_deleted ON fhir_api_partner;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fhir_api", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
