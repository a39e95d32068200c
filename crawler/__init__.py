"""The machine that all sites share: fetches, archives, reads."""

VERSION = "0.1.0"
