"""What the commands of the terminal share: streams, exit codes, reading, and an orderly end when interrupted."""
