"""The tools `page.*`: a page of HTML audited by named checks, and structured data of schema.org made and checked."""
