"""Addresses are kept, their switches and the events are never changed."""

from django.db import migrations

KEPT = """
CREATE TRIGGER partners_endpoint_kept BEFORE DELETE
    ON partners_endpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER partners_endpointswitch_kept BEFORE UPDATE OR DELETE
    ON partners_endpointswitch FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER partners_event_kept BEFORE UPDATE
    ON partners_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER partners_event_kept ON partners_event;
DROP TRIGGER partners_endpointswitch_kept ON partners_endpointswitch;
DROP TRIGGER partners_endpoint_kept ON partners_endpoint;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0002_webhooks"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
