"""Pictures as data: each file here turns what is to be shown into rows of spans. Pure, and free of Textual."""
