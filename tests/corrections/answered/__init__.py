"""Tests of open cases that doses on record answer."""
