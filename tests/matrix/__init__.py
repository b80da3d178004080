"""The access matrix, made of what the site registers: whatever is added to it is asked for here by itself."""
