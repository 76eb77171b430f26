"""The screen: it shows what the service knows and asks it for what the person wants."""
