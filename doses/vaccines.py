"""The vaccines used in Vietnam, with codes, number of doses, intervals and ages.

Sources: product, manufacturer and prophylaxis codes from ehn-dcc-valuesets (July 2023,
vaccine-encoding-instructions); ICD-11 and CVX from the concept maps of WHO's DDCC guide; approval
dates from the Ministry's emergency approvals of 2021; intervals and ages as announced by the
Ministry in 2021-2022. "Vero Cell" in Vietnam is Sinopharm's product from Beijing, BBIBP-CorV.
"""

from datetime import date
from typing import Any

from doses.models import Vaccine

MRNA = "1119349007"
VECTOR = "29061000087103"
INACTIVATED = "1157024006"
# The code for any COVID-19 vaccine; Abdala, a protein vaccine, has no more specific one.
ANY_COVID_19_VACCINE = "28531000087107"

# Keyed by our own short code.
VACCINES: dict[str, dict[str, Any]] = {
    "AZ": {
        "name": "AstraZeneca (Vaxzevria)",
        "manufacturer": "AstraZeneca AB",
        "mp": "EU/1/21/1529",
        "ma": "ORG-100001699",
        "vp": VECTOR,
        "icd11": "XM4YL8",
        "cvx": "210",
        "approved_on": date(2021, 2, 1),
        "primary_doses": 2,
        # The manufacturer allows 4 weeks; the Ministry recommended 8 to 12.
        "interval_min_days": 28,
        "interval_max_days": 84,
        "min_age": 18,
    },
    "CS": {
        "name": "Covishield",
        "manufacturer": "Serum Institute of India",
        "mp": "Covishield",
        "ma": "ORG-100001981",
        "vp": VECTOR,
        "icd11": "XM97T2",
        "cvx": "210",
        # Not approved in Vietnam: given abroad.
        "primary_doses": 2,
        "interval_min_days": 28,
        "interval_max_days": 84,
        "min_age": 18,
    },
    "SV": {
        "name": "Sputnik V",
        "manufacturer": "Gamaleya Research Institute",
        "mp": "Sputnik-V",
        "ma": "Gamaleya-Research-Institute",
        "vp": VECTOR,
        "icd11": "XM5ZJ4",
        "cvx": "505",
        "approved_on": date(2021, 3, 23),
        "primary_doses": 2,
        "interval_min_days": 21,
        "interval_max_days": 90,
        "min_age": 18,
    },
    "VC": {
        "name": "Vero Cell (Sinopharm)",
        "manufacturer": "China Sinopharm, Beijing location",
        "mp": "BBIBP-CorV",
        "ma": "ORG-100020693",
        "vp": INACTIVATED,
        "icd11": "XM8866",
        "cvx": "510",
        "approved_on": date(2021, 6, 3),
        "primary_doses": 2,
        "interval_min_days": 21,
        "interval_max_days": 28,
        "min_age": 18,
    },
    "PF": {
        "name": "Comirnaty (Pfizer-BioNTech)",
        "manufacturer": "Biontech Manufacturing GmbH",
        "mp": "EU/1/20/1528",
        "ma": "ORG-100030215",
        "vp": MRNA,
        "icd11": "XM8NQ0",
        "cvx": "208",
        "approved_on": date(2021, 6, 12),
        "primary_doses": 2,
        "interval_min_days": 21,
        # 8 to 12 weeks after a first dose of AstraZeneca.
        "interval_max_days": 84,
        # 12 from autumn 2021, 5 from April 2022.
        "min_age": 5,
    },
    "MD": {
        "name": "Spikevax (Moderna)",
        "manufacturer": "Moderna Biotech Spain S.L.",
        "mp": "EU/1/20/1507",
        "ma": "ORG-100031184",
        "vp": MRNA,
        "icd11": "XM3DT5",
        "cvx": "207",
        "approved_on": date(2021, 6, 28),
        "primary_doses": 2,
        "interval_min_days": 28,
        "interval_max_days": 56,
        "min_age": 6,
    },
    "JS": {
        "name": "Janssen (Jcovden)",
        "manufacturer": "Janssen-Cilag International",
        "mp": "EU/1/20/1525",
        "ma": "ORG-100001417",
        "vp": VECTOR,
        "icd11": "XM6QV1",
        "cvx": "212",
        "approved_on": date(2021, 7, 15),
        "primary_doses": 1,
        "min_age": 18,
    },
    "HV": {
        "name": "Hayat-Vax",
        "manufacturer": "Gulf Pharmaceutical Industries",
        "mp": "Hayat-Vax",
        "ma": "ORG-100023050",
        "vp": INACTIVATED,
        "icd11": "XM9FQ7",
        # CVX has no code for it: 500 is "non-US product, unknown".
        "cvx": "500",
        "approved_on": date(2021, 9, 10),
        "primary_doses": 2,
        "interval_min_days": 21,
        "interval_max_days": 28,
        "min_age": 18,
    },
    "AB": {
        "name": "Abdala",
        "manufacturer": "Center for Genetic Engineering and Biotechnology",
        "mp": "Abdala",
        "ma": "CIGB",
        "vp": ANY_COVID_19_VACCINE,
        "icd11": "XM5JC5",
        "cvx": "500",
        "approved_on": date(2021, 9, 17),
        "primary_doses": 3,
        "interval_min_days": 14,
        "interval_max_days": 28,
        "min_age": 19,
        "max_age": 65,
    },
    "CV": {
        "name": "Covaxin",
        "manufacturer": "Bharat Biotech",
        "mp": "Covaxin",
        "ma": "Bharat-Biotech",
        "vp": INACTIVATED,
        "icd11": "XM1G90",
        "cvx": "502",
        "approved_on": date(2021, 11, 10),
        "primary_doses": 2,
        "interval_min_days": 28,
        "interval_max_days": 42,
        "min_age": 18,
    },
}


def load_vaccines() -> int:
    """Store this table; return the number of vaccines."""
    columns = [field.name for field in Vaccine._meta.concrete_fields if not field.primary_key]
    Vaccine.objects.bulk_create(
        [Vaccine(code=code, **facts) for code, facts in VACCINES.items()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name for name in columns if name != "code"],
    )
    return len(VACCINES)
