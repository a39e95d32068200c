"""The parts of the ``congdoan`` command, a group of subcommands each."""
