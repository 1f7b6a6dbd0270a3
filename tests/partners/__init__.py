"""Tests of partner apps."""
