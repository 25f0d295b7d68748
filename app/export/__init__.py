"""What leaves the house: a run as pictures, films, pages and tables. One file a format."""
