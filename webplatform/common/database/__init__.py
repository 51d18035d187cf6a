"""What queries and transactions need: one row or a refusal, what follows a commit, another try after a deadlock."""
