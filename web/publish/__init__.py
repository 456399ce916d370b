"""Published sites: the pages as files that need no server."""
