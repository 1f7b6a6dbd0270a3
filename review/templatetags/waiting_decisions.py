"""Tag of the pages of the desk: `{% waiting_decisions user as lines %}`."""

from django import template

from accounts.models import User
from review import waiting_decisions as reading
from review.waiting_decisions import WaitingDecision

register = template.Library()


@register.simple_tag
def waiting_decisions(user: User) -> list[WaitingDecision]:
    return reading.waiting_decisions(user)
