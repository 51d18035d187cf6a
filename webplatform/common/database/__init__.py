"""What transactions and queries need: one row or a refusal, what follows a commit, what is done again after a deadlock."""
