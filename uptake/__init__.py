"""How far vaccination has come: people, areas, age bands, days. It reads doses and writes none.

May import doses and all apps below it; not corrections, which is beside it.
"""
