"""The site as a whole: what it says to whom, whatever is hidden behind it."""
