"""How this installation knows VNeID: read from the settings, None where nobody has set it up."""

from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True)
class Configuration:
    """The provider, and our name and secret there. issuer: exactly as its tokens say it."""

    issuer: str
    client_id: str
    client_secret: str
    # Our names for facts -> the names of VNeID's claims.
    claims: dict[str, str] = field(default_factory=dict)
    # The levels of identification that are accepted (`acr`); none: any.
    levels: tuple[str, ...] = ()
    # Seconds since the person has proven to VNeID who they are, at most; 0: any.
    max_age: int = 0
    # Seconds to wait for a connection, for the next part of an answer, and for all of an answer.
    timeout: float = 5.0

    @property
    def must_be_https(self) -> bool:
        """Whether its addresses must be https: everywhere but on one's own machine."""
        return not (settings.DEMO or settings.DEBUG)


# Their names in OpenID Connect, where it has some.
CLAIMS = {"full_name": "name", "date_of_birth": "birthdate", "id_number": "id_number"}


def configured() -> Configuration | None:
    """Return how to reach VNeID; None when people cannot sign in with it here."""
    if not settings.VNEID_ISSUER:
        return None
    return Configuration(
        issuer=settings.VNEID_ISSUER,
        client_id=settings.VNEID_CLIENT_ID,
        client_secret=settings.VNEID_CLIENT_SECRET,
        claims={**CLAIMS, **settings.VNEID_CLAIMS},
        levels=tuple(settings.VNEID_LEVELS),
        max_age=settings.VNEID_MAX_AGE,
        timeout=settings.VNEID_TIMEOUT,
    )
