"""The screen: it shows what the catalog knows and asks it for what the person wants."""
