"""A caller on the phone: found, checked, and what the agent must never read out."""

from django.test import Client

from tests.conftest import SignIn
from tests.world import World

FROM_THE_CARD = {"date_of_birth": "27/03/1988", "id_number": "001188012345"}
MORE = {"date_of_birth": "27/03/1988", "phone": "0912345678"}
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


def called(world: World, as_staff: SignIn, answers: dict[str, str]):
    """Pass the check with these answers; return the agent's client and the caller's page."""
    mai = as_staff(world.user("mai"))
    mai.cookies["language"] = "en"
    found_page(mai)
    address = f"/hotline/check/{world.citizens['lan'].public_id}/"
    return mai, mai.post(address, answers).headers["Location"]
