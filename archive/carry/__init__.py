"""Carries an archive elsewhere: its messages and all that people did with them, as records."""
