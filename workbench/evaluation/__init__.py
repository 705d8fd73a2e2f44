"""What posterior tables say: metrics, their intervals, comparisons, and doubt about single samples."""
