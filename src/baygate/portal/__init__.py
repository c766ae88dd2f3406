"""The explorer: people sign in, and a page in their browser asks the hub in their name, as far as the hub lets them."""
