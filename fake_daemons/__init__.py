"""Processes that misbehave, each in one way."""
