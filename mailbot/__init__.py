"""mailbot: a help desk that takes applications by mail and keeps a log anyone can verify."""

__version__ = "0.1.0"
