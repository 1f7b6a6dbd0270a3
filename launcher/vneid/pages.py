"""The pages of the stand-in for VNeID: whom to be, and what goes wrong."""

from collections.abc import Mapping
from html import escape

from launcher.vneid.faults import Fault
from launcher.vneid.people import PEOPLE

HEAD = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }}
button {{ font: inherit; display: block; width: 100%; text-align: left; padding: .8rem 1rem;
  margin: .5rem 0; border: 1px solid #767676; border-radius: 8px; background: #fff; color: #111; }}
small {{ color: #555; }} select {{ font: inherit; padding: .5rem; max-width: 100%; }}
</style></head><body><main>
"""
FOOT = "</main></body></html>"


def choose_person(asked: Mapping[str, str], chosen: Fault) -> str:
    """Return the page of a sign-in: one tap for each person. asked: the product's request."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    people = "".join(
        f'<button name="person" value="{one.key}">{escape(one.name)}<br>'
        f"<small>{one.birthdate} · {one.id_number} · {escape(one.remark)}</small></button>"
        for one in PEOPLE.values()
    )
    return (
        HEAD.format(title="VNeID (bản thử)")
        + "<h1>VNeID (bản thử)</h1><p>Đây không phải VNeID thật. Chọn người bạn muốn đăng nhập."
        + ' <span lang="en">Not the real VNeID: choose who signs in.</span></p>'
        + f'<form method="post" action="/authorize">{hidden}{people}'
        + f"<p>{_faults(chosen)}</p>"
        + '<button name="person" value="">Không đồng ý / <span lang="en">Refuse</span></button></form>'
        + FOOT
    )


def choose_fault(chosen: Fault) -> str:
    """Return the page that sets what goes wrong for everybody from now on."""
    return (
        HEAD.format(title="VNeID (bản thử): lỗi")
        + "<h1>VNeID (bản thử)</h1><p>Từ bây giờ, VNeID trả lời thế nào?"
        + ' <span lang="en">How it answers everybody from now on.</span></p>'
        + f'<form method="post" action="/faults"><p>{_faults(chosen)}</p>'
        + '<button>Lưu / <span lang="en">Save</span></button></form>'
        + FOOT
    )


def words(title: str) -> str:
    """Return a page that says one thing."""
    return HEAD.format(title=escape(title)) + f"<h1>{escape(title)}</h1>" + FOOT


def _faults(chosen: Fault) -> str:
    options = "".join(
        f'<option value="{one.value}"{" selected" if one is chosen else ""}>'
        f"{one.value.replace('_', ' ')}</option>"
        for one in Fault
    )
    return (
        '<label for="fault">Lỗi / <span lang="en">Fault</span></label> '
        f'<select id="fault" name="fault">{options}</select>'
    )
