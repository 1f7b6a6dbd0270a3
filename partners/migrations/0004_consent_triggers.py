"""Apps and consents are kept; which records a consent opens is never rewritten."""

from django.db import migrations

KEPT = """
CREATE TRIGGER never_deleted BEFORE DELETE ON partners_partnerapp
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON partners_appconsent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON partners_appconsentperson
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON partners_appconsentperson;
DROP TRIGGER never_deleted ON partners_appconsent;
DROP TRIGGER never_deleted ON partners_partnerapp;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0003_webhook_triggers"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
