"""The language and the time zone of whoever asks."""
