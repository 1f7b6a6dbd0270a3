"""What tests of the public statistics start from: provinces with a month behind them."""

import pytest

from organizations.models import Area, Organization
from tests.public_statistics.months import DAY, OCTOBER, count


@pytest.fixture
def provinces(world) -> list[Organization]:
    """Hà Nội, and four more provinces that have a department."""
    more = []
    for code, name in (
        ("79", "Hồ Chí Minh"),
        ("48", "Đà Nẵng"),
        ("31", "Hải Phòng"),
        ("92", "Cần Thơ"),
    ):
        area = Area.objects.create(
            code=code, name=name, full_name=name, level="province", path=f"{code}/"
        )
        more.append(
            Organization.objects.create(
                code=f"SYT-{code}",
                name=f"Sở Y tế {name}",
                kind=Organization.Kind.PROVINCIAL_DEPARTMENT,
                part_of=world.ministry,
                area=area,
            )
        )
    return [world.so_y_te, *more]


@pytest.fixture
def october(world, provinces) -> None:
    """A whole month of figures: two provinces with few missed deadlines, the hotline with one case."""
    table = [
        (400, 390, 330, 60),
        (900, 890, 700, 200),
        (80, 80, 76, 4),
        (70, 70, 50, 20),
        (60, 60, 55, 5),
    ]
    for department, counts in zip(provinces, table, strict=True):
        half = [number // 2 for number in counts]
        count(department, OCTOBER, *half)
        count(department, OCTOBER + 30 * DAY, *(a - b for a, b in zip(counts, half, strict=True)))
    count(world.hotline, OCTOBER + 3 * DAY, 30, 20, 18, 12)
    halves = [[number // 2 for number in counts] for counts in table]
    whole = [sum(column) for column in zip(*table, strict=True)]
    first = [sum(column) for column in zip(*halves, strict=True)]
    count(world.ministry, OCTOBER, *first)
    count(world.ministry, OCTOBER + 3 * DAY, 30, 20, 18, 12)
    count(world.ministry, OCTOBER + 30 * DAY, *(a - b for a, b in zip(whole, first, strict=True)))
