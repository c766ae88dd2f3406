"""The one door into the tables: records are validated here, then copied in, under their publisher's name."""
