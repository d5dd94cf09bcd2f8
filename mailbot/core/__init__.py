"""The core: what is decided, and why; knows no clock, disk, network, randomness or log."""
