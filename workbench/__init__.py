"""Workbench: build, compare and question image classifiers by transfer learning."""

__version__ = "0.1.0"
