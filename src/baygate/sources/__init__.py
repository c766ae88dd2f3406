"""What stands behind the hub: resident tables compiled to SQL, and the Binding that maps types onto them."""
