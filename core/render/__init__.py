"""Synthetic pottery drawings with exact masks."""
