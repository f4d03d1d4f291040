"""Figures as pictures, where people look rather than read; behind each lies its table."""
