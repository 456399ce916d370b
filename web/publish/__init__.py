"""The archive as a folder of plain files, for any host or none."""
