"""Encrypts the recipients written so far, in batches, and fills the new columns in."""

from django.db import migrations

from vaxreg.encryption import blind_index, decrypt, encrypt

LABEL = "messaging.message.recipient"
BATCH = 500
READ = "SELECT id, recipient FROM messaging_message WHERE (recipient_hash = '') = %s AND id > %s ORDER BY id LIMIT %s"
WRITE = "UPDATE messaging_message SET recipient = %s, recipient_hash = %s WHERE id = %s"
FILL = """
UPDATE messaging_message SET
    template = purpose || '@1',
    in_inbox = channel = 'sms' AND user_id IS NOT NULL AND NOT is_secret,
    sms_form = CASE WHEN channel = 'sms' THEN 'full' ELSE '' END,
    accepted_at = sent_at,
    given_up_at = CASE WHEN state = 'given_up' THEN next_try_at END
"""


def forwards(apps, schema_editor):
    """May be stopped and run again: what is encrypted has its blind index."""
    _rewrite(schema_editor, True, lambda plain: (encrypt(plain), blind_index(LABEL, plain)))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL)


def backwards(apps, schema_editor):
    _rewrite(schema_editor, False, lambda token: (decrypt(token), ""))


def _rewrite(schema_editor, without_index, change):
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [without_index, last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.executemany(WRITE, [(*change(value), pk) for pk, value in rows])
            last = rows[-1][0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0002_encrypted_recipient_and_receipts")]

    operations = [migrations.RunPython(forwards, backwards)]
