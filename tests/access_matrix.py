"""The table behind test_access_matrix.py: every route x every method x every member of the cast.

It stands in access_matrix.txt. A cell is the status of the answer; 302 is written as where it leads:
`in` the citizen's sign-in, `st` the staff's, `go` elsewhere in the product. Case: Lan's correction,
overdue, on the desk of Phường Bưởi. A route that is not there fails the suite.
"""

from pathlib import Path

ACTORS = ("nobody", "lan", "binh", "minh", "tuan", "huong", "duc", "phuc", "mai")

MATRIX = Path(__file__).with_name("access_matrix.txt").read_text()
CITIZENS = {"lan", "binh"}
