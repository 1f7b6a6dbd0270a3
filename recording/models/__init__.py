"""The tables of recording."""

from recording.imports.models import DoseImport, HeaderMapping, ImportedRow, ImportPart

__all__ = ["DoseImport", "HeaderMapping", "ImportPart", "ImportedRow"]
