"""Fake providers, written from the documented formats and scripted by each test."""
