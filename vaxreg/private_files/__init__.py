"""Where private files are kept, above all photos of papers: in a folder, or in an object store."""
