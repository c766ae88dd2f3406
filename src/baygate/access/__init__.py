"""Who is asking, and what the policies in force decide for him, concrete field by concrete field."""
