"""Ostrakon's core: everything the product decides and remembers, without a user interface."""

__version__ = "0.1.0"
