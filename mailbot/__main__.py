"""Lets `python -m mailbot` do what `mailbot` does."""

import sys

from mailbot.cli import main

sys.exit(main())
