"""What many meals together show: who usually comes, and what is drawn and hung up."""
