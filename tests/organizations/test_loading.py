"""The real tree: loaded whole, once, in one test; loading again changes nothing."""

import io

import pytest
from django.core.management import CommandError, call_command

from organizations.models import Area, Organization
from organizations.queries import ancestors


def run(command):
    out = io.StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_the_real_tree_is_loaded_whole_and_a_second_run_changes_nothing(db):
    first = run("load_areas"), run("build_organizations")
    by_hand = Organization.objects.get(code="TYT-00091")
    Organization.objects.filter(pk=by_hand.pk).update(phone="024 3758 1234")
    Area.objects.filter(code="859").update(name="Someone's typo")

    second = run("load_areas"), run("build_organizations")

    assert "63 provinces, 705 districts, 10599 communes; 11367 new or changed" in first[0]
    assert "63 provinces, 705 districts, 10599 communes; 1 new or changed" in second[0]
    assert " 0 new" in second[1]
    assert Organization.objects.get(code="TYT-00091").phone == "024 3758 1234"
    assert {
        kind: Organization.objects.filter(kind=kind).count()
        for kind in ("ministry", "hotline", "provincial_department", "district_centre")
    } == {"ministry": 1, "hotline": 1, "provincial_department": 63, "district_centre": 705}
    assert Organization.objects.filter(kind="commune_station").count() == 10_599

    xuan_la = Area.objects.get(code="00103")
    station = Organization.objects.get(code="TYT-00103")
    assert (xuan_la.full_name, xuan_la.path) == ("Phường Xuân La", "01/003/00103/")
    assert station.name == "Trạm Y tế Phường Xuân La"
    assert [above.name for above in ancestors(station)] == [
        "Trung tâm Y tế Quận Tây Hồ",
        "Sở Y tế Hà Nội",
        "Bộ Y tế",
    ]
    # The lists have double spaces; five island districts have no commune.
    assert Area.objects.get(code="859").full_name == "Huyện Vũng Liêm"
    assert not Area.objects.filter(full_name__contains="  ").exists()
    islands = Area.objects.filter(level="district", parts=None).values_list("code", flat=True)
    assert set(islands) == {"318", "471", "498", "536", "755"}
    assert not Organization.objects.filter(path="").exists()


def test_organizations_are_not_built_before_there_are_areas(db):
    with pytest.raises(CommandError, match="load_areas"):
        run("build_organizations")
