"""Lets `python -m preventedu.cli` run the program."""

from preventedu.cli import main

main(prog_name="preventedu")
