"""Certificates of a record in the copy of one's own data, and the apps that the account let in."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from certificates.models import Certificate, CertificatePrint, Share
from citizens.models import Citizen
from partners.models import AppConsent

if TYPE_CHECKING:
    from accounts.models import User

Values = dict[str, Any]


def certificates_of(citizen: Citizen) -> list[Values]:
    """Return the certificates of a record, the oldest first, with their links and prints."""
    rows = Certificate.objects.of(citizen)
    links, prints = defaultdict(list), defaultdict(list)
    for link in Share.objects.filter(certificate__in=rows).prefetch_related("openings"):
        links[link.certificate_id].append(link)
    printed = CertificatePrint.objects.filter(certificate__in=rows).select_related("organization")
    for one in printed.order_by("pk"):
        prints[one.certificate_id].append(one)
    return [
        {
            "id": row.uvci,
            "dose": row.dose.public_id,
            "status": row.status,
            "signed_at": row.signed_at,
            "ended_at": row.ended_at,
            "ended_why": row.ended_why,
            "links": [
                {
                    "made_at": link.made_at,
                    "expires_at": link.expires_at,
                    "ended_at": link.ended_at,
                    "opened_at": [one.at for one in link.openings.all()],
                }
                for link in links[row.pk]
            ],
            "prints": [
                {"at": one.at, "form": one.form, "organization": one.organization.name}
                for one in prints[row.pk]
            ],
        }
        for row in rows.select_related("dose").order_by("pk")
    ]


def apps_of(user: "User") -> list[Values]:
    """Return what the account let apps do, also what has ended, the oldest first."""
    rows = AppConsent.objects.filter(user=user).select_related("app").prefetch_related("people")
    return [
        {
            "app": row.app.name,
            "run_by": row.app.run_by,
            "scopes": row.scopes,
            "records": [one.public_id for one in row.people.all()],
            "since": row.since,
            "ends_at": row.ends_at,
            "until": row.until,
        }
        for row in rows.order_by("pk")
    ]
