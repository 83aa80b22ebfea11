"""Syntaxes of commands: one file each, a pure function from a text to what it asks for."""
