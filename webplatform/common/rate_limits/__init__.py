"""How often things may be done: rates as settings write them, their counts, and what REST refuses by them."""
