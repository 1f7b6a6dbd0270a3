"""Users for tests: citizens by phone, staff by e-mail."""

from datetime import date
from itertools import count
from typing import Any

from factory.declarations import Sequence, Trait
from factory.django import DjangoModelFactory

from accounts.models import User, VerifiedIdentity
from vaxreg import db_time

_numbers = count(1)


def verify(user: User, **changed: Any) -> VerifiedIdentity:
    """Verify who a member of staff is; by default somebody who has no record."""
    number = next(_numbers)
    said: dict[str, Any] = {
        "id_number": f"0020800{number:05}",
        "date_of_birth": date(1980, 2, 29),
        "full_name": user.full_name,
        "proven_by": VerifiedIdentity.Proof.APPOINTMENT,
    }
    return VerifiedIdentity.objects.create(user=user, **(said | changed))


def verify_again(user: User, **changed: Any) -> VerifiedIdentity:
    """Let it turn out that a member of staff is somebody else: the identity before has ended."""
    VerifiedIdentity.objects.filter(user=user, ended_at=None).update(ended_at=db_time.now())
    return verify(user, **changed)


def staff_user(*, email: str, full_name: str = "", password: str | None = None) -> User:
    """Create a member of staff whose identity is verified: one who may decide."""
    user = User.objects.create_user(email=email, full_name=full_name, password=password)
    verify(user)
    return user


class UserFactory(DjangoModelFactory[User]):
    """A citizen with a verified phone by default; `staff=True` signs in by e-mail."""

    class Meta:
        model = User

    class Params:
        staff = Trait(
            phone=None,
            phone_verified=False,
            email=Sequence(lambda n: f"nhan.vien.{n}@example.vn"),
        )

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        verified = kwargs.pop("verified", bool(kwargs.get("email")))
        user: User = super()._create(model_class, *args, **kwargs)
        if verified:
            verify(user)
        return user

    full_name = Sequence(lambda n: f"Nguyễn Thị Thử {n}")
    phone = Sequence(lambda n: f"+8491{n:07}")
    phone_verified = True
