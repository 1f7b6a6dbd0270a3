"""Tests of the watching app."""
