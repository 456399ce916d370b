"""Writes what other programs read: lines and tables of messages; a module is a format."""
