"""Who may be chosen at the stand-in for VNeID: people of the demo (demo/seed.py), as VNeID knows them."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Person:
    """One invented person. birthdate: YYYY-MM-DD; remark: what happens with them, in Vietnamese."""

    key: str
    name: str
    birthdate: str
    id_number: str
    remark: str = ""

    @property
    def subject(self) -> str:
        """The name of the account at VNeID; it tells nothing about the person."""
        return sha256(f"vneid:{self.key}".encode()).hexdigest()[:32]

    @property
    def facts(self) -> dict[str, str]:
        """The claims about the person."""
        return {"name": self.name, "birthdate": self.birthdate, "id_number": self.id_number}


PEOPLE = {
    one.key: one
    for one in (
        Person("lan", "Nguyễn Thị Lan", "1988-03-27", "001188012345", "có hồ sơ, có con"),
        Person("binh", "Trần Văn Bình", "1975-01-02", "001075067890", "có hồ sơ"),
        Person("hanh", "Lê Thị Hạnh", "1990-06-15", "001190055667", "chưa có hồ sơ"),
        Person(
            "binh-khac", "Trần Văn Bình", "1957-02-01", "001075067890", "ngày sinh khác với hồ sơ"
        ),
        Person("minh", "Phạm Thị Minh", "1980-01-01", "001180000000", "cũng là cán bộ y tế"),
    )
}
