"""Settings as the environment states them: read, checked, and the secrets of the embedded default."""
