"""PDF: glyphs into runs, runs into columns and lines, lines into paragraphs."""
