"""The table of vaccines: complete, with the codes that certificates need."""

from django.core.management import call_command

from doses.models import Vaccine
from doses.vaccines import VACCINES


def test_loading_twice_gives_ten_vaccines_and_puts_changes_right(db):
    call_command("load_vaccines", verbosity=0)
    Vaccine.objects.filter(code="AZ").update(name="typo")

    call_command("load_vaccines", verbosity=0)

    assert Vaccine.objects.count() == len(VACCINES) == 10
    assert Vaccine.objects.get(code="AZ").name == "AstraZeneca (Vaxzevria)"


def test_vero_cell_is_the_product_from_beijing(db):
    assert VACCINES["VC"]["mp"] == "BBIBP-CorV"


def test_no_deprecated_product_code_is_used(db):
    products = {facts["mp"] for facts in VACCINES.values()}

    assert not products & {"J07BX03", "NVX-CoV2373", "Inactivated-SARS-CoV-2-Vero-Cell"}


def test_abdala_has_three_doses_and_janssen_one(db):
    assert VACCINES["AB"]["primary_doses"] == 3
    assert VACCINES["JS"]["primary_doses"] == 1
