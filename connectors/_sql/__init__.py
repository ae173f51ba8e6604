"""What SQL databases share."""
