"""What each part of the service is for and what it means when it is slow or down, in plain words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from watching.state import Mood, State

HEADLINES = {
    Mood.WORKS: _("Everything works"),
    Mood.SLOW: _("Sổ Tiêm is slow just now"),
    Mood.DOWN: _("A part of Sổ Tiêm does not work just now"),
}


@dataclass(frozen=True)
class Words:
    """The title of a part, and what somebody has to know when it is slow or down."""

    title: str | Promise
    down: str | Promise
    slow: str | Promise = ""

    def of(self, mood: Mood) -> tuple[str, str]:
        """Return title and sentence; the sentence is empty when the part works."""
        sentence = {Mood.WORKS: "", Mood.SLOW: self.slow, Mood.DOWN: self.down}[mood]
        return str(self.title), str(sentence)


SENTENCES = {
    "pages": Words(
        _("Records, proposals and sign-in"),
        _(
            "Pages cannot be opened. What you sent and saw confirmed is safe; please try again in a few"
            " minutes."
        ),
        _("Pages take longer than usual. Please press a button once and wait."),
    ),
    "messages": Words(
        _("Codes and messages"),
        _("Codes and messages come later than usual. The hotline can read a code out to you."),
    ),
    "deadlines": Words(
        _("Deadlines and reminders"),
        _("Reminders come late. The deadline of your proposal is not changed by it."),
    ),
    "reports": Words(
        _("Statistics and reports"),
        _("Figures are older than usual. Records and proposals are not touched by it."),
    ),
}

# The last minutes, as the figures count them.
COLUMNS = (_("5 minutes"), _("1 hour"))


def lately(state: State) -> list[tuple[str, list[int]]]:
    """Return the rows of the last minutes, one number for each column; none when nobody knows."""
    if state.filed is None or state.codes is None:
        return []
    rows = ((_("Proposals filed"), state.filed), (_("Codes sent"), state.codes))
    return [(str(title), list(counts.values())) for title, counts in rows]


def headline(mood: Mood) -> str:
    """Return the first sentence of the page."""
    return str(HEADLINES[mood])
