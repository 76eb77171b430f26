"""The threads of one profile: conversations, forks, and what is known of them here."""
