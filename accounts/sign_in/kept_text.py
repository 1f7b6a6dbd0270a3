"""What somebody sent after their session had ended: kept until they sign in again, and given back.

Every page that needs a session passes `keep` on the way to the sign-in page. Only the same person
gets it back, on the page with the form; files are not kept.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from accounts.models import User
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS

KEPT = "accounts.kept_text"
KEPT_FOR = timedelta(hours=1)
# Characters of all fields together; more than the longest form may hold.
MOST = 60_000
# Never kept, whatever page they come from.
SECRET = frozenset({"csrfmiddlewaretoken", "password", "present", "again", "code"})


@dataclass(frozen=True)
class KeptText:
    """The fields of a form: its page and the path it was sent to, without queries."""

    user_id: int
    page: str
    action: str
    at: str
    fields: dict[str, list[str]]

    @property
    def shown(self) -> list[str]:
        """What a person typed or chose, for those whose browser cannot put it back."""
        texts = [text.strip() for values in self.fields.values() for text in values]
        return [text for text in texts if len(text) > 1 and not text.isdigit()]


def keep(request: HttpRequest, page: str) -> bool:
    """Keep what was sent, encrypted in the session that now begins; False when nothing is worth it.

    page: the address of the page with the form, to which the sign-in leads back.
    """
    if request.method != "POST" or not page:
        return False
    # A form that saves itself came first; what is sent now is newer.
    before = _stored(request)
    user_id = before.user_id if before else getattr(request, "session_ended_of", None)
    if user_id is None:
        return False
    fields = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if name not in SECRET
    }
    size = sum(len(text) for values in fields.values() for text in values)
    if size == 0 or size > MOST:
        return False
    kept = KeptText(
        user_id, page.partition("?")[0], request.path, db_time.now().isoformat(), fields
    )
    request.session[KEPT] = ACCOUNTS.encrypt(json.dumps(asdict(kept)))
    return True


def give_back(request: HttpRequest, user: User) -> KeptText | None:
    """Return what was kept for this page, once; forget what is old or somebody else's."""
    kept = _stored(request)
    if kept is None:
        return None
    is_old = db_time.now() - datetime.fromisoformat(kept.at) > KEPT_FOR
    if kept.user_id != user.pk or is_old:
        del request.session[KEPT]
        return None
    if request.method != "GET" or request.path != kept.page or "HX-Request" in request.headers:
        return None
    del request.session[KEPT]
    return kept


def _stored(request: HttpRequest) -> KeptText | None:
    stored = request.session.get(KEPT)
    if stored is None:
        return None
    try:
        return KeptText(**json.loads(ACCOUNTS.decrypt(stored)))
    except (InvalidToken, TypeError):
        # Kept under a key that is gone, or by another release.
        del request.session[KEPT]
        return None
