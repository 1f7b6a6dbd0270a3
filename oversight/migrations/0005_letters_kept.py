"""A letter to sites is never rewritten, and none of its sites is forgotten."""

from django.db import migrations

KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON oversight_broadcast
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER oversight_broadcast_site_kept BEFORE DELETE ON oversight_broadcastsite
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER oversight_broadcast_site_kept ON oversight_broadcastsite;
DROP TRIGGER append_only ON oversight_broadcast;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0004_letters"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
