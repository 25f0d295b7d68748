"""What a batch came to, for others: JUnit for CI, a table, Markdown for a pull request, a page, a map of its cells."""
