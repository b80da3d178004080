"""How fast the public pages are among ten thousand and among a million outcomes: `make bench`."""
