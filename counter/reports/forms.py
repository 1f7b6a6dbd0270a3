"""Forms of files of reports: the file, and what its columns hold."""

from django import forms
from django.utils.translation import gettext_lazy

from counter.reports.columns import COLUMNS
from recording.imports import forms as imports


class UploadForm(imports.UploadForm):
    """A file of reports, and the office that got them."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["site"].label = gettext_lazy("Office that got the reports")
        self.fields["file"].label = gettext_lazy(
            "File (.xlsx or .csv, 10,000 rows and 16 MB at most)"
        )


class ColumnsForm(imports.ColumnsForm):
    """Which column holds what, and the open questions."""

    columns = COLUMNS


class StepForm(forms.Form):
    """What is to be done with the file as a whole."""

    verb = forms.ChoiceField(choices=[(one, one) for one in ("record", "stop", "cancel")])
