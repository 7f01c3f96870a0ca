"""A customer or a shop erased from everything that the installation keeps."""
