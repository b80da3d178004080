"""Two real dialogues with which the portal can be tried: facts on the public record, worded here."""
