"""What a stranger gives as an address leads to the open internet, and to nothing inside."""

import ipaddress
import socket
import threading
import time
from contextlib import suppress

import pytest

from partners.webhooks import reaching
from tests.partners.receiver import receiving

# {port}: where somebody inside listens. Names lead where RESOLVED says.
INSIDE = """
http://127.0.0.1:{port}/
https://127.0.0.1:{port}/
https://127.0.0.1/
http://localhost:{port}/
https://localhost:{port}/
https://localhost/
https://2130706433/
https://2130706433:{port}/
https://0177.0.0.1/
https://0x7f.0.0.1/
https://0x7f000001/
https://127.1/
https://127.0.1/
https://0/
https://0.0.0.0:{port}/
https://[::1]:{port}/
https://[::1]/
https://[::ffff:127.0.0.1]:{port}/
https://[::ffff:7f00:1]/
https://user@127.0.0.1:{port}/
https://app.example.vn@127.0.0.1:{port}/
https://app.example.vn:{port}@localhost/
https://app.example.vn#@127.0.0.1:{port}/
https://app.example.vn\\@127.0.0.1:{port}/
https://127.0.0.1:{port}\\.example.vn/
https://127.0.0.1%2f.example.vn/
https://127。0。0。1/
https://①②⑦.0.0.1/
https://here.example.vn/
https://here.example.vn:{port}/
http://here.example.vn:{port}/
https://mixed.example.vn/
https://mapped.example.vn/
https://nat64.example.vn/
https://sixtofour.example.vn/
https://private.example.vn/
https://metadata.example.vn/
https://shared.example.vn/
https://unique.example.vn/
https://multicast.example.vn/
https://unknown.example.vn/
https:/127.0.0.1:{port}/
//127.0.0.1:{port}/
file:///etc/passwd
gopher://127.0.0.1:{port}/
HTTPS://127.0.0.1:{port}/
 https://127.0.0.1:{port}/
https://app.example.vn/ 127.0.0.1
https://app.example.vn/\r\nHost: localhost
""".strip("\n")
RESOLVED = {
    "here.example.vn": ["127.0.0.1"],
    "mixed.example.vn": ["93.184.215.14", "127.0.0.1"],
    "mapped.example.vn": ["::ffff:127.0.0.1"],
    "nat64.example.vn": ["64:ff9b::7f00:1"],
    "sixtofour.example.vn": ["2002:7f00:1::1"],
    "private.example.vn": ["10.1.2.3"],
    "metadata.example.vn": ["169.254.169.254"],
    "shared.example.vn": ["100.64.0.1"],
    "unique.example.vn": ["fd00::1"],
    "multicast.example.vn": ["ff0e::1"],
}


@pytest.fixture
def canary(settings, monkeypatch):
    """Somebody inside who listens, and name servers that lie."""
    settings.DEMO = False
    connected = []
    real = socket.create_connection

    def look_up(host, port, *args, **kwargs):
        if host not in RESOLVED:
            raise socket.gaierror("no such name")
        rows = [ipaddress.ip_address(one) for one in RESOLVED[host]]
        return [
            (socket.AF_INET6 if one.version == 6 else socket.AF_INET, 1, 6, "", (str(one), port))
            for one in rows
        ]

    def connect(address, *args, **kwargs):
        connected.append(address[0])
        return real(address, *args, **kwargs)

    with receiving() as found:
        monkeypatch.setattr(reaching.socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)
        yield found, connected


def test_no_address_leads_inside(canary):
    receiver, connected = canary
    answers = {
        url: reaching.post(url, b"{}", {})
        for url in (line.replace("{port}", str(receiver.port)) for line in INSIDE.split("\n"))
    }

    assert len(answers) > 45
    assert not connected
    assert not receiver.messages
    assert [url for url, answer in answers.items() if not answer.error or answer.status] == []


@pytest.mark.parametrize(
    ("address", "is_outside"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("fe80::1", False),
        ("::7f00:1", False),
        ("2001:0:5ef5:79fb::1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_outside(address, is_outside):
    assert reaching.is_outside(ipaddress.ip_address(address)) == is_outside


def test_the_connection_is_made_to_the_address_that_was_checked(canary, monkeypatch):
    _receiver, connected = canary
    monkeypatch.setitem(RESOLVED, "out.example.vn", ["93.184.215.14"])

    def refuse(address, *args, **kwargs):
        # A second look-up would lead inside.
        monkeypatch.setitem(RESOLVED, "out.example.vn", ["127.0.0.1"])
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)

    assert reaching.post("https://out.example.vn/", b"{}", {}).error == "ConnectError"
    assert connected == [("93.184.215.14", 443)]


def test_a_place_inside_that_the_setting_names_is_reached_and_leads_nowhere_else(
    canary, settings, monkeypatch
):
    receiver, _connected = canary
    monkeypatch.setitem(RESOLVED, "127.0.0.1", ["127.0.0.1"])
    settings.WEBHOOK_INSIDE_HOSTS = [receiver.inside]
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    receiver.answers = [302]
    receiver.more = {"Location": receiver.url + "/again"}

    answer = reaching.post(receiver.url, b"{}", {"webhook-id": "1"})

    assert (answer.status, answer.is_accepted) == (302, False)
    assert len(receiver.messages) == 1


def trickle(listener: socket.socket) -> None:
    """Answer the first caller with a byte each 0.05 seconds, until it hangs up."""
    caller, _address = listener.accept()
    with caller, suppress(OSError):
        caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _byte in range(200):
            caller.sendall(b"a")
            time.sleep(0.05)


def test_bytes_that_trickle_end_in_time(settings, monkeypatch):
    monkeypatch.setattr(reaching, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.WEBHOOK_INSIDE_HOSTS = [f"127.0.0.1:{listener.getsockname()[1]}"]
        threading.Thread(target=trickle, args=(listener,), daemon=True).start()
        begun = time.monotonic()

        answer = reaching.post(f"http://{settings.WEBHOOK_INSIDE_HOSTS[0]}/", b"{}", {})

    assert answer.error == "no answer in time"
    assert time.monotonic() - begun < 3
