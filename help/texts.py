"""The words of the help: one page for each audience, of topics that fit on a screen.

Each topic has a picture, `static/img/help/<picture>.svg`, and may lead to the page it is about.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Promise | str


@dataclass(frozen=True)
class Topic:
    """One thing that one may want to know; `slug` is its anchor, `page` the name of a URL."""

    slug: str
    picture: str
    title: Words
    text: Words
    page: str = ""
    link: Words = ""


@dataclass(frozen=True)
class Audience:
    """A kind of reader, with their topics in the order of their work."""

    slug: str
    name: Words
    title: Words
    topics: list[Topic] = field(default_factory=list)


CITIZENS = Audience(
    "citizens",
    _("Citizens"),
    _("See your record and have it put right"),
    [
        Topic(
            "record",
            "record",
            _("See your record"),
            _(
                "Sign in with your phone number and the code that we send you. For every dose you see"
                " where it was given and where the entry comes from."
            ),
            "record",
            _("Vaccination record"),
        ),
        Topic(
            "report",
            "paper",
            _("Report what is wrong or missing"),
            _(
                "On your record press “This dose is wrong” or “Report a missing dose”, say what is right,"
                " and add a photo of the paper. What you type is kept at every step, also when you stop halfway."
            ),
            "file",
            _("Report a wrong or missing dose"),
        ),
        Topic(
            "hours",
            "clock",
            _("The answer comes within 48 hours"),
            _(
                "The time begins when your proposal is recorded; nights and holidays count. You"
                " see at every moment who has it and when the answer is due. If it is overdue, the"
                " next level up is told and may decide; you need not do anything."
            ),
            "corrections",
            _("My proposals"),
        ),
        Topic(
            "follow",
            "follow",
            _("Follow a proposal without signing in"),
            _(
                "The reference on your receipt and the last 4 digits of the phone number show where it"
                " is. Anybody who holds the receipt can do it for you."
            ),
            "follow",
            _("Look up a proposal by its reference"),
        ),
        Topic(
            "disagree",
            "talk",
            _("When you do not agree with the answer"),
            _(
                "A refusal names its ground and what you can do: answer with a better photo, or appeal to"
                " the next level up, where somebody else decides. You can also have your disagreement"
                " kept with the record."
            ),
        ),
        Topic(
            "certificate",
            "pass",
            _("The certificate with its QR code"),
            _(
                "Each verified dose against COVID-19 has one. Show it on the whole screen, print it, or"
                " share a link that ends by itself. When the record is put right, a new one takes the"
                " place of the old one at once. Anybody checks it at /check/ without signing in, also without a"
                " connection."
            ),
            "certificates",
            _("Vaccination certificate"),
        ),
        Topic(
            "family",
            "family",
            _("Children, parents, a new phone number"),
            _(
                "You open the record of your child until the 18th birthday. A grown-up of your family"
                " agrees first: by a code to their phone, in their account, or at the place that gave the"
                " doses; for a year at most, and both of you can end it. With a lost or new number, ask"
                " your vaccination site or the hotline."
            ),
            "family-ask",
            _("Open the record of an adult of your family"),
        ),
        Topic(
            "who",
            "family",
            _("Who can open my record"),
            _(
                "One page lists everybody: how it was proven, since when, when it was read last. There you"
                " stop a request that is not yours and end what you no longer want. A change of name,"
                " phone or number hides no dose; the page says what was changed. An app of others reads only"
                " what you let it read, and you end it in your account."
            ),
            "record-who",
            _("Who can open this record"),
        ),
        Topic(
            "phone",
            "phone",
            _("On the first screen of your phone, and without a connection"),
            _(
                "In the menu of your browser choose “Add to home screen”. Without a connection Sổ Tiêm"
                " shows the record that you saw last. On a borrowed phone sign out: then nothing stays"
                " on it."
            ),
        ),
    ],
)

SITES = Audience(
    "sites",
    _("Vaccination sites"),
    _("Answer proposals, the most urgent first"),
    [
        Topic(
            "queue",
            "queue",
            _("The queue: the most urgent first"),
            _(
                "What is due next stands on top, what is overdue in red. Open a case, or take the"
                " next one with the button above the list."
            ),
            "queue",
            _("Queue"),
        ),
        Topic(
            "pick-up",
            "hand",
            _("Pick up, so that nobody does it twice"),
            _(
                "A case that you pick up carries your name, and colleagues see it. Give it back when you"
                " cannot go on. If somebody was faster, you are told, and nothing is overwritten."
            ),
        ),
        Topic(
            "decide",
            "compare",
            _("Compare and decide"),
            _(
                "What is recorded stands beside what is proposed and the photo of the paper. You may"
                " accept all of it, a part, or enter the right values yourself. A refusal needs one of"
                " the official grounds and a sentence that the citizen reads."
            ),
        ),
        Topic(
            "ask",
            "talk",
            _("Something is missing: ask the citizen"),
            _(
                "Ask for a better photo or one detail. The time of your site stops until the answer"
                " comes, and goes on with it."
            ),
        ),
        Topic(
            "pass-on",
            "pass",
            _("Not given here: pass it on"),
            _(
                "Pass the case on to the site that gave the dose. The 48 hours do not begin again, and"
                " your share of them stays on record."
            ),
        ),
        Topic(
            "second",
            "two",
            _("Two people, and never one’s own family"),
            _(
                "Some decisions need a second person, who confirms or hands the case back. Nobody decides"
                " about themselves, their family, or what they filed themselves."
            ),
        ),
        Topic(
            "print",
            "pass",
            _("Print a certificate for somebody without a phone"),
            _(
                "Find the person at the counter and print the sheet or the card for the wallet. Each print"
                " is counted, and the person can see where and when it was made."
            ),
            "counter",
            _("At the counter"),
        ),
        Topic(
            "keys",
            "keys",
            _("Keys for fast hands"),
            _(
                "In the queue J and K move, Enter opens, N takes the next case, / searches, and ? shows"
                " them all. You can switch them off there."
            ),
        ),
    ],
)

OFFICERS = Audience(
    "officers",
    _("Health officers"),
    _("See what is overdue, and do something about it"),
    [
        Topic(
            "overdue",
            "bars",
            _("What is overdue"),
            _(
                "The report begins with the sites that have overdue cases, and how long. Every"
                " number leads to the cases behind it; what was once late stays on record."
            ),
            "oversight",
            _("Oversight"),
        ),
        Topic(
            "act",
            "bell",
            _("Remind, reassign, decide in their place"),
            _(
                "On the page of a case or of a site you remind it, write to it, give its cases to another"
                " site, or take a late case over. The site is told, and the history says who did it."
            ),
        ),
        Topic(
            "silence",
            "silence",
            _("Who does not answer"),
            _(
                "The list names the sites where nobody reads, signs in, or works any more, with what to"
                " do about each."
            ),
            "oversight-silence",
            _("Silent sites"),
        ),
        Topic(
            "coverage",
            "map",
            _("How far vaccination has come"),
            _(
                "Coverage by area, age and day, down to the commune. Download what you need; small"
                " numbers are not for publication."
            ),
            "coverage",
            _("Coverage"),
        ),
        Topic(
            "people",
            "people",
            _("Organizations and their staff"),
            _(
                "Invite staff by e-mail or import them from a file, and verify who they are: without a"
                " verified identity nobody decides. Organizations open, close, merge and move without"
                " losing a case."
            ),
            "organizations",
            _("Organizations"),
        ),
        Topic(
            "rules",
            "calendar",
            _("Rules and calendar (ministry)"),
            _(
                "The ministry sets the hours, the second person and the days off under “Rules and"
                " calendar” in its menu. A preview shows what a change would do before it is made."
            ),
        ),
    ],
)

HOTLINE = Audience(
    "hotline",
    _("Hotline"),
    _("Find the caller, say where it stands, file for them"),
    [
        Topic(
            "find",
            "headset",
            _("Find the caller"),
            _(
                "Type what they say: a reference, a phone number, an ID number, or a name with a date of"
                " birth. Names are found without diacritics."
            ),
            "hotline",
            _("Hotline"),
        ),
        Topic(
            "check",
            "lock",
            _("Check who is calling"),
            _(
                "Ask what the page asks before you say anything. Two answers must be right; nobody is"
                " told which one was wrong. Who cannot answer goes to the site with a paper."
            ),
        ),
        Topic(
            "say",
            "talk",
            _("Say where it stands"),
            _(
                "Read the sentences of the page aloud: who has the proposal, until when the answer is"
                " due, what they can do now. Numbers are masked; do not guess them."
            ),
        ),
        Topic(
            "file",
            "paper",
            _("File for the caller"),
            _(
                "You fill in the same form that citizens have. A link by SMS lets them add a photo"
                " within 48 hours, without signing in."
            ),
        ),
        Topic(
            "pool",
            "pass",
            _("Cases without a site"),
            _(
                "In the pool lie the cases whose site nobody knows. Find the site and pass them on"
                " within 4 hours."
            ),
            "pool",
            _("Pool"),
        ),
    ],
)

PARTNERS = Audience(
    "partners",
    _("Partner programs"),
    _("Records, proposals and statistics for programs"),
    [
        Topic(
            "interface",
            "code",
            _("The interface"),
            _(
                "Everything under /api/v1/ is described, with examples to try. Addresses and fields are"
                " not renamed; new ones are added."
            ),
            "api:docs",
            _("Interface for programs"),
        ),
        Topic(
            "key",
            "key",
            _("A key, and what it may do"),
            _(
                "The registry’s operators make a key for one account and one program. It only"
                " reads, unless it is allowed to file, review or oversee. People see the programs"
                " that act for them in their account, and end them there."
            ),
        ),
        Topic(
            "consent",
            "hand",
            _("Let in by a citizen"),
            _(
                "By OAuth 2.0 with PKCE a citizen chooses records, what you may do, and for how long. The"
                " addresses stand in /.well-known/oauth-authorization-server. 401 says that the consent has"
                " ended."
            ),
        ),
        Topic(
            "told",
            "bell",
            _("Told of changes"),
            _(
                "Give the registry an address, and it sends a signed message when a proposal or a dose has"
                " changed or a certificate has ended. What you missed is sent again, also when you ask."
            ),
        ),
        Topic(
            "fhir",
            "record",
            _("HL7 FHIR"),
            _(
                "The same records below /fhir/: patients, immunizations with their history, what is due,"
                " proposals as tasks. The system of a hospital records its doses there."
            ),
        ),
        Topic(
            "twice",
            "two",
            _("Send twice, file once"),
            _(
                "A proposal is filed with a key of your choice in the header Idempotency-Key. The same"
                " key again gets the same answer, so you may repeat after a broken connection."
            ),
        ),
        Topic(
            "errors",
            "silence",
            _("Errors in one form"),
            _(
                "Every error has a type and a list of code, words and field. 404 is what the"
                " account may not see, 409 what somebody else did first, 429 too many requests,"
                " with the time to wait."
            ),
        ),
        Topic(
            "open",
            "bars",
            _("Open statistics"),
            _(
                "How proposals were answered, by month and province, as CSV and JSON without a key. Small"
                " counts are hidden so that nobody can be worked out."
            ),
            "statistics",
            _("Public statistics"),
        ),
    ],
)

AUDIENCES = {one.slug: one for one in (CITIZENS, SITES, OFFICERS, HOTLINE, PARTNERS)}
