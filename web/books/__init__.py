"""Essence as something to keep: one Markdown file, or an EPUB, without the site."""
