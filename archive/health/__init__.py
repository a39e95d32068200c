"""How sites fare: the word, the reason, and the drift of what is read."""
