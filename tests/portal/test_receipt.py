"""The receipt: what stands on the paper, what does not, and where its QR code leads."""

import re

import segno
from django.test import Client

from citizens.masking import mask_name
from portal import following
from tests.cases import file_one
from vaxreg.papers.qr import QUIET, qr


def dark_modules(side, path):
    """Read the modules back out of the outline, run by run."""
    picture = [[0] * side for _ in range(side)]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", path)
    assert "".join(f"M{x} {y}h{n}v1H{x0}z" for x, y, n, x0 in runs) == path
    for x, y, length, back in runs:
        assert back == x
        for column in range(int(x), int(x) + int(length)):
            picture[int(y)][column] = 1
    return picture


def test_the_drawing_is_the_code_module_by_module():
    address = "https://sotiem.vn/follow/?ref=VR-7K3M-9QXD"

    drawn = qr(address)

    wanted = segno.make(address, error="q", boost_error=False).matrix_iter(border=QUIET)
    assert dark_modules(drawn.side, drawn.path) == [list(row) for row in wanted]


def test_the_receipt_carries_the_code_of_each_case(world, correction, as_citizen, settings):
    settings.SITE_DOMAIN, settings.HTTPS = "sotiem.vn", True

    answer = as_citizen(world.user("lan")).get(
        f"/corrections/filed/{correction.filing.public_id}/receipt/"
    )

    link = f"https://sotiem.vn/follow/?ref={correction.reference}"
    assert following.link(correction.reference) == link
    assert qr(link).path in answer.content.decode()
    assert correction.reference in answer.content.decode()
    assert "sotiem.vn/follow/" in answer.content.decode()
    assert world.buoi.name in answer.content.decode()


def test_the_link_on_the_paper_opens_the_form_with_the_code_filled_in(correction):
    path = "/" + following.link(correction.reference).split("/", 3)[3]

    page = Client().get(path).content.decode()

    assert f'value="{correction.reference}"' in page


def test_a_lost_receipt_gives_nothing_away(world, correction, as_citizen):
    citizen = world.citizens["lan"]

    page = as_citizen(world.user("lan")).get(
        f"/corrections/filed/{correction.filing.public_id}/receipt/"
    )

    paper = page.content.decode().split("<main")[1].split("</main>")[0]
    assert mask_name(citizen.full_name) in paper
    for secret in (citizen.full_name, citizen.id_number, "345", "5678", "678", "AstraZeneca"):
        assert secret not in paper.replace(correction.reference, "")


def test_the_receipt_of_another_persons_filing_is_not_there(world, as_citizen):
    binhs = file_one(world, whose="binh")

    answer = as_citizen(world.user("lan")).get(
        f"/corrections/filed/{binhs.filing.public_id}/receipt/"
    )

    assert answer.status_code == 404


def test_the_receipt_is_one_click_from_the_pages_about_the_case(world, correction, as_citizen):
    lan = as_citizen(world.user("lan"))
    receipt = f"/corrections/filed/{correction.filing.public_id}/receipt/"

    for page in (receipt.removesuffix("receipt/"), f"/corrections/{correction.reference}/"):
        assert f'href="{receipt}"' in lan.get(page).content.decode()
