"""A download stays on record; a request is never deleted."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON own_data_download
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON own_data_datarequest
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON own_data_download;
DROP TRIGGER never_deleted ON own_data_datarequest;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("own_data", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
