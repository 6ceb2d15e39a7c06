"""Whether the installation is well: for the people and programs that watch over it."""
