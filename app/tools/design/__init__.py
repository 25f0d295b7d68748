"""The tool `design.ad`: an advertisement drawn as SVG in three standard sizes, its colours and words checked."""
