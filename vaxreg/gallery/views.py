"""The gallery of UI components at /ui/: every component in every state, with invented content."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaxreg import charts, ui
from vaxreg.forms import CodeField, DateField, Form, IdNumberField, PhoneField

SITES = ["Phường Bưởi", "Phường Quảng An", "Phường Yên Phụ", "Phường Thụy Khuê", "Phường Nhật Tân"]
LATE = [(3, 5, 6), (4, 3, 2), (4, 2, 0), (1, 2, 1), (0, 0, 0)]
WEEK = ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
WEEKS = [
    [0, 3, 6, 0, 3, 6, 0],
    [7, 2, 8, 2, 2, 4, 8],
    [5, 1, 5, 8, 1, 2, 7],
    [3, 0, 2, 5, 0, 0, 6],
    [0] * 7,
]
PAPER = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='600' height='420'%3E%3Crect"
    " width='600' height='420' fill='%23efe7d9'/%3E%3Ctext x='40' y='60' font-size='24' fill='%23811'"
    " font-family='sans-serif'%3EGI%E1%BA%A4Y X%C3%81C NH%E1%BA%ACN%3C/text%3E%3C/svg%3E"
)


class SampleForm(Form):
    """A form with one field of each kind."""

    full_name = forms.CharField(label=_("Full name"))
    vaccine = forms.ChoiceField(
        label=_("Vaccine"),
        choices=[("", "—"), ("pfizer", "Pfizer-BioNTech"), ("az", "AstraZeneca")],
    )
    given_on = DateField(label=_("Date of the dose"), past_only=True)
    phone = PhoneField(label=_("Phone number"))
    id_number = IdNumberField(label=_("Identity number"), required=False)
    code = CodeField(label=_("Code from the message"), help_text=_("6 digits"))
    outcome = forms.ChoiceField(
        label=_("What is your decision?"),
        widget=forms.RadioSelect,
        choices=[
            ("accept", ui.choice(_("Accept"), _("The record is changed at once."))),
            ("refuse", ui.choice(_("Refuse"), _("The citizen reads the reason."))),
        ],
    )
    wrong = forms.MultipleChoiceField(
        label=_("What is wrong?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("date", _("The date")), ("lot", _("The lot number"))],
    )
    remark = forms.CharField(
        label=_("Note to the citizen"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    photo = forms.FileField(
        label=_("Photo of the paper certificate"),
        help_text=_("All four corners in the photo. JPG, PNG or HEIC, up to 10 MB."),
        widget=forms.FileInput(attrs={"data-downscale": True}),
    )
    truth = forms.BooleanField(label=_("What I have written is true."))


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; POST shows the form with its errors (422)."""
    now = timezone.now()
    hours = dt.timedelta(hours=1)
    form = SampleForm(request.POST or None, request.FILES or None)
    form.fields["vaccine"].current = "AstraZeneca"  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("Saved."))
    context = {
        "form": form,
        "now": now,
        "received": now - 10 * hours,
        "due_ok": now + 38 * hours,
        "due_soon": now + 5.2 * hours,
        "due_over": now - 5.2 * hours,
        "long_ago": now - 72 * hours,
        "closed_met": now - 51 * hours,
        "closed_missed": now - 19 * hours,
        "due_then": now - 24 * hours,
        "paper": PAPER,
        "hostile": "Không đọc được <b>\"ảnh\"</b> & 'giấy'",
        "bars": charts.bars(
            [
                (
                    site,
                    list(
                        zip(
                            ("late-1", "late-2", "late-3"),
                            ("0–24 h", "1–3 d", "> 3 d"),
                            late,
                            strict=True,
                        )
                    ),
                    "#bars",
                )
                for site, late in zip(SITES, LATE, strict=True)
            ]
        ),
        "multiples": charts.small_multiples(
            [(site, week, "#sparks") for site, week in zip(SITES, WEEKS, strict=True)]
        ),
        "heat": charts.heat(WEEK, list(zip(SITES, WEEKS, strict=True))),
        "trend": charts.trend(
            [
                ("info", str(_("Received")), [5, 9, 7, 8, 12, 6, 4]),
                ("primary", str(_("Decided")), [4, 6, 8, 7, 7, 8, 6]),
            ],
            str(_("Cases per day")),
            WEEK,
        ),
    }
    status = 422 if form.has_errors else 200
    return render(request, "ui/gallery.html", context, status=status)
