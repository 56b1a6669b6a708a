"""A real job under every fault of chaos: what becomes of it, and whether anything is left."""
