"""Nothing about a person is deleted; what was said about them and who looked is never rewritten."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("citizens", "0001_initial"), ("organizations", "0002_triggers")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER citizens_revision_kept BEFORE UPDATE OR DELETE
                ON citizens_citizenrevision FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER citizens_visit_kept BEFORE UPDATE OR DELETE
                ON citizens_recordvisit FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER citizens_citizen_kept BEFORE DELETE
                ON citizens_citizen FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER citizens_citizen_kept ON citizens_citizen;
            DROP TRIGGER citizens_visit_kept ON citizens_recordvisit;
            DROP TRIGGER citizens_revision_kept ON citizens_citizenrevision;
            """,
        )
    ]
