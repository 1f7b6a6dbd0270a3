"""Serializers: only lists of fields. Rules belong to the verbs."""

from typing import Any, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import is_staff_session
from accounts.identity import is_verified
from api.fields import BirthDateField, DoseDateField
from citizens import facts as identity_facts
from citizens.facts import IdentityField, OtherField
from citizens.masking import cut_numbers
from citizens.models import Citizen, IdentityCheck, RecordLink, Sex
from corrections import facts, history, next_steps
from corrections.actions.filing import MOST_CLAIMS
from corrections.clocks import explain
from corrections.disagreements import Disagreement
from corrections.facts import FIELD_LABELS
from corrections.lifecycle import GROUND_LABELS, Party
from corrections.models import Clock, Correction, CorrectionEvent, Filing
from corrections.models.case import Kind
from corrections.parties import parties_of, reads_masked
from corrections.photos.added import MOST_AT_ONCE
from corrections.searched import Searched
from doses.facts import Position
from doses.models import Dose, Vaccine
from organizations.models import Organization
from portal import case_page
from vaxreg.typed.names import checked_name

LONGEST = 2000
# What officers far above read masked: numbers, also those inside a text.
PERSON_NUMBERS = {
    *(IdentityField.ID_NUMBER, IdentityField.PHONE),
    *(OtherField.ID_NUMBER, OtherField.PHONE),
}
TEXTS = {"words", "remark", "text", "reason", "site_text", "searched_words"}
# Steps that share one address: the verb finds out from the case which of them it is.
ADDRESSES = {
    "accept_in_part": "accept",
    "overturn": "accept",
    "overturn_in_part": "accept",
    "put_forward": "accept",
    "uphold": "refuse",
    "countersign_in_part": "countersign",
}
# Steps without an address: phone numbers are opened on the case page only.
ON_PAGES_ONLY = frozenset({"call"})


SEARCHED = [(place.value, place.name) for place in Searched]
SEXES = [choice for choice in Sex.choices if choice[0] != Sex.UNKNOWN]


class VaccineSerializer(serializers.ModelSerializer[Vaccine]):
    group = serializers.CharField(source="group_code", help_text=_("Code of the vaccine group."))

    class Meta:
        model = Vaccine
        fields = ["code", "group", "name", "manufacturer", "approved_on", "primary_doses"]


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Organization
        fields = ["id", "code", "name", "kind", "phone"]


class RecordSerializer(serializers.ModelSerializer[Citizen]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    relation = serializers.ChoiceField(choices=RecordLink.Relation.choices, read_only=True)
    date_of_birth = BirthDateField(source="born", read_only=True)

    class Meta:
        model = Citizen
        fields = ["id", "full_name", "date_of_birth", "sex", "relation"]


class DisagreementSerializer(serializers.Serializer[Disagreement]):
    """What the citizen had kept with the record, against a decision about this dose."""

    reference = serializers.CharField(source="case.reference", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    words = serializers.CharField(read_only=True)


class DoseSerializer(serializers.ModelSerializer[Dose]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    vaccine = serializers.SlugRelatedField[Vaccine](slug_field="code", read_only=True)
    organization = OrganizationSerializer(
        read_only=True, allow_null=True, help_text=_("Null for a dose given abroad.")
    )
    disagreements = serializers.SerializerMethodField()

    class Meta:
        model = Dose
        fields = [
            "id", "vaccine", "given_on", "organization", "lot", "kind", "ordinal", "provenance",
            "country", "venue", "given_time", "recorded_at", "revision", "disagreements",
        ]  # fmt: skip

    @extend_schema_field(DisagreementSerializer(many=True))
    def get_disagreements(self, dose: Dose) -> list[dict[str, Any]]:
        """Return those of this dose; the view reads them once for the whole record."""
        kept = self.context.get("disagreements", {}).get(dose.pk, [])
        return [dict(DisagreementSerializer(one).data) for one in kept]


class NameField(serializers.CharField):
    """A person's name: letters of any script, as `vaxreg.typed.names` says."""

    def to_internal_value(self, data: Any) -> str:
        """Return the name as it is stored."""
        try:
            return checked_name(super().to_internal_value(data))
        except DjangoValidationError as wrong:
            raise serializers.ValidationError(wrong.messages) from None


class FactsSerializer(serializers.Serializer[dict[str, str]]):
    """Facts about a dose or a person; what is left out stays as it is or is not known."""

    vaccine = serializers.CharField(required=False, help_text=_("Vaccine code."))
    given_on = DoseDateField(required=False)
    organization = serializers.UUIDField(required=False, help_text=_("Id of the site."))
    lot = serializers.CharField(required=False, max_length=64)
    position = serializers.ChoiceField(choices=Position.choices, required=False)
    duplicate_of = serializers.UUIDField(required=False, help_text=_("Id of the dose it repeats."))
    full_name = NameField(required=False)
    date_of_birth = BirthDateField(required=False)
    sex = serializers.ChoiceField(choices=SEXES, required=False)
    id_number = serializers.CharField(required=False, max_length=30)
    phone = serializers.CharField(required=False, max_length=40)
    other_id_number = serializers.CharField(required=False, max_length=30)
    other_full_name = NameField(required=False)
    other_date_of_birth = BirthDateField(required=False)
    other_phone = serializers.CharField(required=False, max_length=40)
    other_record = serializers.UUIDField(
        required=False, help_text=_("Id of the other record of the person, when it is decided.")
    )
    status = serializers.CharField(read_only=True, help_text=_("Of a dose that is taken out."))

    def to_internal_value(self, data: Any) -> dict[str, str]:
        values = super().to_internal_value(data)
        return {name: str(value) for name, value in values.items()}

    def to_representation(self, instance: dict[str, str]) -> dict[str, str]:
        return {name: instance[name] for name in FIELD_LABELS if name in instance}


class EventSerializer(serializers.ModelSerializer[CorrectionEvent]):
    organization = serializers.CharField(source="organization.name", default=None)
    remark = serializers.CharField(source="remark_shown", read_only=True)

    class Meta:
        model = CorrectionEvent
        fields = ["step", "to_status", "party", "organization", "at", "remark"]


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    """A correction as its citizen and its desk see it; never the name of a reviewer."""

    dose = serializers.SlugRelatedField[Dose](slug_field="public_id", read_only=True)
    holder = OrganizationSerializer(read_only=True, allow_null=True)
    recorded = FactsSerializer(read_only=True)
    proposed = FactsSerializer(read_only=True)
    decided = FactsSerializer(read_only=True, allow_null=True)
    reason = serializers.CharField(source="reason_shown", read_only=True)
    searched = serializers.ListField(
        child=serializers.ChoiceField(choices=SEARCHED), read_only=True
    )
    remark = serializers.CharField(source="remark_shown", read_only=True)
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Correction
        fields = [
            "reference", "kind", "status", "dose", "holder", "reason", "recorded", "proposed",
            "decided", "site_text", "received_at", "due_at", "paused_at", "answer_by",
            "is_overdue", "on_appeal", "decided_at", "ground", "searched",
            "searched_words", "remark", "confirmed_at", "version",
        ]  # fmt: skip

    @extend_schema_field(serializers.BooleanField())
    def get_is_overdue(self, correction: Correction) -> bool:
        return correction.is_overdue(self.context["now"])

    def to_representation(self, instance: Correction) -> dict[str, Any]:
        """Mask the numbers for officers far above, who do not act on the case."""
        shown = super().to_representation(instance)
        request = self.context["request"]
        if is_staff_session(request) and reads_masked(request.user, instance):
            return cast(dict[str, Any], _masked(shown))
        return shown


def _masked(shown: Any, name: str = "") -> Any:
    """Return an answer with facts about the person masked, and numbers cut out of its texts."""
    match shown:
        case dict():
            return {key: _masked(value, key) for key, value in shown.items()}
        case list():
            return [_masked(value, name) for value in shown]
        case str() if name in PERSON_NUMBERS and shown:
            return identity_facts.masked(name, shown)
        case str() if name in TEXTS:
            return cut_numbers(shown)
    return shown


class QuestionSerializer(serializers.ModelSerializer[CorrectionEvent]):
    """The desk's last question."""

    text = serializers.CharField(source="remark_shown")
    organization = serializers.CharField(source="organization.name", default=None)

    class Meta:
        model = CorrectionEvent
        fields = ["text", "organization", "at"]


class ClockLineSerializer(serializers.Serializer[explain.DueTimeLine]):
    """One line of how a due time came about; `adds` in seconds."""

    text = serializers.CharField()
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    adds = serializers.SerializerMethodField()

    def get_adds(self, line: explain.DueTimeLine) -> int | None:
        return int(line.adds.total_seconds()) if line.adds is not None else None


class ClockSerializer(serializers.Serializer[explain.ClockExplanation]):
    """One clock of the case, and how its due time came about."""

    kind = serializers.ChoiceField(source="clock.kind", choices=Clock.Kind.choices)
    started_at = serializers.DateTimeField(source="clock.started_at")
    due_at = serializers.DateTimeField(source="clock.due_at")
    stopped_at = serializers.DateTimeField(source="clock.stopped_at", allow_null=True)
    lines = ClockLineSerializer(many=True)


class CorrectionDetailSerializer(CorrectionSerializer):
    """A case with its history, its clocks, the open question and what the caller may do now."""

    words = serializers.CharField(source="filing.words", read_only=True)
    question = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()

    class Meta(CorrectionSerializer.Meta):
        fields = [
            *CorrectionSerializer.Meta.fields, "words", "question", "steps", "clocks", "events",
        ]  # fmt: skip

    @extend_schema_field(QuestionSerializer(allow_null=True))
    def get_question(self, correction: Correction) -> Any:
        if correction.status not in case_page.ASKING:
            return None
        return QuestionSerializer(case_page.question(correction)).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_steps(self, correction: Correction) -> list[str]:
        """The addresses below this one that the caller may POST to now."""
        user = self.context["request"].user
        parties = parties_of(user, correction)
        # A token of staff cannot take a step of a citizen, nor a citizen's token one of staff.
        mine = parties & {Party.CITIZEN} if self._for_citizen else parties - {Party.CITIZEN}
        names = next_steps.offered(
            correction, mine, self.context["now"], may_decide=is_verified(user)
        )
        addresses = dict.fromkeys(
            ADDRESSES.get(name, name) for name in names if name not in ON_PAGES_ONLY
        )
        return [name.replace("_", "-") for name in addresses]

    @extend_schema_field(ClockSerializer(many=True))
    def get_clocks(self, correction: Correction) -> Any:
        accounts: Any = explain.explain(correction, self.context["now"])
        return ClockSerializer(accounts, many=True).data

    @extend_schema_field(EventSerializer(many=True))
    def get_events(self, correction: Correction) -> Any:
        """The history; what staff write to each other is between them."""
        events = list(correction.events.all())
        if self._for_citizen:
            events = [event for event in events if event.step not in history.STAFF_ONLY]
            for event in events:
                if event.step in history.STAFF_ONLY_REMARKS:
                    event.remark = ""
        return EventSerializer(events, many=True).data

    @property
    def _for_citizen(self) -> bool:
        return not is_staff_session(self.context["request"])


class QueueSerializer(serializers.ModelSerializer[Correction]):
    """A line of the queue."""

    citizen = serializers.CharField(source="citizen.full_name", read_only=True)
    asked = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Correction
        fields = [
            "reference", "kind", "status", "citizen", "asked", "received_at", "due_at",
            "is_overdue", "version",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField())
    def get_asked(self, correction: Correction) -> str:
        return facts.headline(correction)

    @extend_schema_field(serializers.BooleanField())
    def get_is_overdue(self, correction: Correction) -> bool:
        return correction.is_overdue(self.context["now"])


class ClaimSerializer(serializers.Serializer[Any]):
    """One thing that is wrong; with the id of the dose, unless one is missing or it is no dose."""

    dose = serializers.UUIDField(required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(
        choices=Kind.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Left out: wrong details of the dose, or a missing dose."),
    )
    proposed = FactsSerializer(required=False, default=dict)
    site = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text=_("Site of a missing dose.")
    )
    site_text = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class FilingInputSerializer(serializers.Serializer[Any]):
    record = serializers.UUIDField()
    claims = serializers.ListField(child=ClaimSerializer(), min_length=1, max_length=MOST_CLAIMS)
    words = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST)
    has_no_paper = serializers.BooleanField(required=False, default=False)


class FilingSerializer(serializers.ModelSerializer[Filing]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    corrections = CorrectionSerializer(many=True, read_only=True)

    class Meta:
        model = Filing
        fields = ["id", "received_at", "corrections"]


class StepSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        required=False, help_text=_("The version you read; another one now is refused.")
    )


class KeepSerializer(StepSerializer):
    remark = serializers.CharField(max_length=LONGEST)


class AcceptSerializer(StepSerializer):
    values = FactsSerializer(required=False, help_text=_("Own values; without them: as proposed."))
    remark = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST)
    own_papers = serializers.BooleanField(
        required=False, default=False, help_text=_("Found in the site’s own papers as well.")
    )

    identity_check = serializers.ChoiceField(
        choices=IdentityCheck.Paper.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("The paper with which facts about the person were compared."),
    )


class RefuseSerializer(StepSerializer):
    ground = serializers.ChoiceField(
        choices=[(g.value, label) for g, label in GROUND_LABELS.items()]
    )
    remark = serializers.CharField(max_length=LONGEST)


class CannotConfirmSerializer(StepSerializer):
    searched = serializers.ListField(
        child=serializers.ChoiceField(choices=SEARCHED),
        required=False,
        default=list,
        help_text=_("Where was searched; one place at least, here or in `searched_words`."),
    )
    searched_words = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200
    )
    remark = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST,
        help_text=_("What the citizen reads; empty: the ready sentence."),
    )


class RemindSerializer(serializers.Serializer[Any]):
    remark = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST)


class ReassignSerializer(StepSerializer):
    to = serializers.UUIDField(help_text=_("Id of the organization."))
    reason = serializers.CharField(max_length=LONGEST)


class ReasonSerializer(StepSerializer):
    reason = serializers.CharField(max_length=LONGEST)


class AskSerializer(StepSerializer):
    question = serializers.CharField(max_length=LONGEST)


class PassOnSerializer(ReasonSerializer):
    to = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Id of the organization; none when it is not known whose it is."),
    )


class NoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)


class NothingSerializer(serializers.Serializer[Any]):
    """A step that needs no words."""


class WordsSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=LONGEST)


class WithdrawSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST)


class PhotosSerializer(serializers.Serializer[Any]):
    photos = serializers.ListField(
        child=serializers.FileField(),
        min_length=1,
        max_length=MOST_AT_ONCE,
        help_text=_(
            "JPEG, PNG, WebP, HEIC or PDF, 10 MB each; the field is repeated for each photo. Of a "
            "PDF the first three pages are taken, each as a photo."
        ),
    )
