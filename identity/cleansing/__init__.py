"""Lists with which the police correct who people are (dispatch 2262/BYT-CNTT; ADR 39)."""
