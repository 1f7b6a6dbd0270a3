"""A made-up registry of any size: people, doses and corrections with the errors of 2021, by COPY."""
