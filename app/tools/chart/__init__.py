"""The tools `chart.*`: six kinds of charts from rows, as text for a terminal or as SVG."""
