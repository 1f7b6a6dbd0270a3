"""A certificate says one thing for good and ends once; signatures are only added; keys are kept."""

from django.db import migrations

KEPT = """
CREATE FUNCTION certificates_certificate_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{status,ended_at,ended_why,replaced_by_id}'::text[])
       <> (to_jsonb(OLD) - '{status,ended_at,ended_why,replaced_by_id}'::text[]) THEN
        RAISE EXCEPTION 'certificate %: what it says never changes', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.status IN ('superseded', 'revoked')
        AND (NEW.status, NEW.ended_at, NEW.ended_why) <> (OLD.status, OLD.ended_at, OLD.ended_why))
       OR (OLD.status = 'current' AND NEW.status = 'signed')
       OR (OLD.replaced_by_id IS NOT NULL AND OLD.replaced_by_id IS DISTINCT FROM NEW.replaced_by_id)
    THEN
        RAISE EXCEPTION 'certificate %: it does not go from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_certificate_ends BEFORE UPDATE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION certificates_certificate_ends();
CREATE TRIGGER certificates_certificate_kept BEFORE DELETE
    ON certificates_certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificates_countersignature_kept BEFORE UPDATE OR DELETE
    ON certificates_countersignature FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION certificates_signingkey_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{retired_at,withdrawn_at}'::text[])
       <> (to_jsonb(OLD) - '{retired_at,withdrawn_at}'::text[])
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) THEN
        RAISE EXCEPTION 'signing key %: it only ends', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_signingkey_ends BEFORE UPDATE ON certificates_signingkey
    FOR EACH ROW EXECUTE FUNCTION certificates_signingkey_ends();
CREATE TRIGGER certificates_signingkey_kept BEFORE DELETE
    ON certificates_signingkey FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER certificates_signingkey_kept ON certificates_signingkey;
DROP TRIGGER certificates_signingkey_ends ON certificates_signingkey;
DROP FUNCTION certificates_signingkey_ends();
DROP TRIGGER certificates_countersignature_kept ON certificates_countersignature;
DROP TRIGGER certificates_certificate_kept ON certificates_certificate;
DROP TRIGGER certificates_certificate_ends ON certificates_certificate;
DROP FUNCTION certificates_certificate_ends();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
