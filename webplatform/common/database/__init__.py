"""What transactions need: what follows a commit, and what is done again after a deadlock."""
