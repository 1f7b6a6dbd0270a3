"""How the service is, seen from outside: figures, alarms, the page of its state, reports of errors.

May import vaxreg only; rooms above give their figures and checks by name, in the settings.
"""
