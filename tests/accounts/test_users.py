"""What the database refuses about users, and how a client's address is read."""

import pytest
from django.db import IntegrityError
from django.test import RequestFactory

from accounts.models import User
from vaxreg.addresses import client_address


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"email": "MINH@demo.sotiem.vn"},
        {"phone": "+84912345678"},
        {},
        {"phone": "0987654321"},
        {"email": "x@example.vn", "phone_verified": True},
    ],
)
def test_the_database_refuses(values):
    User.objects.create_user(email="minh@demo.sotiem.vn", phone="+84912345678")

    with pytest.raises(IntegrityError):
        User.objects.create_user(**values)


@pytest.mark.django_db
def test_a_superuser_is_known_by_e_mail():
    admin = User.objects.create_superuser(email="Admin@Example.vn", password="x")

    assert admin.email == "admin@example.vn"
    assert admin.is_staff
    assert admin.is_superuser


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "192.0.2.1"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        (2, "10.0.0.2", "192.0.2.1"),
        (1, "nonsense", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_only_our_own_proxies_are_believed_about_addresses(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded}
    )

    assert client_address(request) == address
