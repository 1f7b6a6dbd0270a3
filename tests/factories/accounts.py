"""Users for tests: citizens by phone, staff by e-mail."""

from factory.declarations import Sequence, Trait
from factory.django import DjangoModelFactory

from accounts.models import User


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

    full_name = Sequence(lambda n: f"Nguyễn Thị Thử {n}")
    phone = Sequence(lambda n: f"+8491{n:07}")
    phone_verified = True
