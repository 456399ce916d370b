"""What `chendian run` runs: from the socket to the archive, and from the archive to the group."""
