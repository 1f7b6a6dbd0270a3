"""Encrypted columns: nothing to read in the table, found by their index, keys can be renewed."""

import base64

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection

from messaging import delivery
from messaging.models import Message
from tests.messaging.conftest import LAN, write
from vaxreg import encryption

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[object, ...]]:
    """Return the rows of the table as they stand there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messaging_message ORDER BY id")
        return cursor.fetchall()


def test_a_dump_of_the_table_shows_no_number_and_no_address():
    write()
    write(channel="email", recipient="lan@example.vn")

    dump = str(stored())

    assert "912345678" not in dump
    assert "lan@example" not in dump
    assert [row.recipient for row in Message.objects.order_by("pk")] == [LAN, "lan@example.vn"]


def test_the_same_number_twice_looks_different_and_has_one_index():
    write()
    write()

    tokens = {token for token, _ in raw_recipients()}
    indexes = {index for _, index in raw_recipients()}
    assert len(tokens) == 2
    assert len(indexes) == 1


def raw_recipients() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, recipient_hash FROM messaging_message ORDER BY id")
        return cursor.fetchall()


def test_messages_of_one_recipient_are_found_by_the_index():
    lan = write()
    write(recipient="+84987654321")
    mail = write(channel="email", recipient="Lan@Example.vn")

    assert list(Message.objects.to(LAN)) == [lan]
    assert list(Message.objects.to(" lan@example.vn")) == [mail]


@pytest.mark.parametrize("question", ["", "__icontains", "__startswith", "__in", "__lower"])
def test_an_encrypted_column_cannot_be_asked_for(question):
    with pytest.raises(FieldError):
        Message.objects.filter(**{f"recipient{question}": LAN})


def test_an_index_differs_by_key_and_by_column(settings):
    settings.FIELD_KEYS = ["one"]
    first = encryption.blind_index("a.b.c", LAN)
    other_column = encryption.blind_index("a.b.d", LAN)
    settings.FIELD_KEYS = ["two"]

    assert len({first, other_column, encryption.blind_index("a.b.c", LAN)}) == 3


def test_a_key_is_renewed_without_a_moment_in_which_anything_is_lost(settings, capsys):
    settings.FIELD_KEYS = ["old"]
    message = write()
    settings.FIELD_KEYS = ["new", "old"]
    younger = write()
    assert list(Message.objects.to(LAN).order_by("pk")) == [message, younger]

    call_command("renew_encryption")

    settings.FIELD_KEYS = ["new"]
    assert "messaging.Message: 2 rows" in capsys.readouterr().out
    assert list(Message.objects.to(LAN).order_by("pk")) == [message, younger]
    assert Message.objects.get(pk=message.pk).recipient == LAN


def test_without_the_key_nothing_can_be_read(settings):
    settings.FIELD_KEYS = ["mine"]
    message = write()
    settings.FIELD_KEYS = ["guessed"]

    with pytest.raises(InvalidToken):
        Message.objects.get(pk=message.pk)
    assert not Message.objects.to(LAN).exists()


def test_a_value_of_the_older_format_is_read_and_written_anew():
    message = write()
    older = Fernet(
        base64.urlsafe_b64encode(encryption._derive(encryption.FIELDS.keys[0], "field encryption"))
    )
    with connection.cursor() as cursor:
        token = older.encrypt(LAN.encode()).decode()
        cursor.execute("UPDATE messaging_message SET recipient = %s", [token])
    assert Message.objects.get(pk=message.pk).recipient == LAN

    call_command("renew_encryption")

    assert [token[:3] for token, _ in raw_recipients()] == ["g1:"]
    assert Message.objects.get(pk=message.pk).recipient == LAN


def changed(token: str) -> str:
    """The same token with one letter in the middle exchanged."""
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


@pytest.mark.parametrize(
    "forge",
    [
        changed,
        lambda token: token[:-6],
        lambda token: token + "AAAA",
        lambda token: "g1:",
        lambda token: "g1:not base64!",
        lambda token: "",
        lambda token: "0912345678",
        lambda token: encryption.FIELDS.encrypt(LAN, "accounts.user.phone"),
        lambda token: encryption.ACCOUNTS.encrypt(LAN, "messaging.message.recipient"),
    ],
)
def test_a_value_that_was_changed_cut_or_moved_is_refused(forge):
    message = write()
    [(token, _)] = raw_recipients()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET recipient = %s", [forge(token)])

    with pytest.raises(InvalidToken):
        Message.objects.get(pk=message.pk)


@pytest.mark.parametrize("demo", [True, False])
def test_no_log_line_shows_to_whom_a_message_goes(settings, caplog, demo):
    settings.DEMO = demo
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    caplog.set_level("DEBUG")
    write()
    write(channel="email", recipient="lan@example.vn")

    delivery.deliver_due()

    lines = " ".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert "912345678" not in lines
    assert "lan@example" not in lines
