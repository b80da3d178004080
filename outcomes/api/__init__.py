"""What the API says of outcomes, actions, themes, organisations and reports."""
