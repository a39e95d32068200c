"""What is Vietnamese by nature: letters and old encodings, provinces, and the lunar new year."""
