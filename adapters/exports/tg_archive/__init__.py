"""What the program tg-archive keeps of a Telegram group: its database, and the site made of it."""
