"""A caller on the phone: found, checked, and what the agent must never read out."""

from django.test import Client

from tests.world import World

# Whatever of Lan's must never stand on a page of the hotline.
SECRETS = (
    *("Nguyễn Thị Lan", "+84912345678", "0912345678", "0912 345 678", "912345678"),
    *("001188012345", "001188", "27/03/1988", "1988-03-27"),
)


def found_page(mai: Client, typed: str = "0912 345 678") -> str:
    mai.post("/hotline/", {"typed": typed})
    return mai.get("/hotline/").content.decode()


def in_call(mai: Client, world: World) -> str:
    """Find Lan and pass the check; return the address of the caller's page."""
    found_page(mai)
    answer = mai.post(
        f"/hotline/check/{world.citizens['lan'].public_id}/",
        {"date_of_birth": "27/03/1988", "id_number": "001 188 012 345"},
    )
    return answer.headers["Location"]
