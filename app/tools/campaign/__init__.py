"""The tools `campaign.*`: a budget split where its last coin brings most, and a test that may say "not enough data"."""
