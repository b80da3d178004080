"""The floor: what a plain Django list page costs. No tricks, and nothing of Readout's."""
