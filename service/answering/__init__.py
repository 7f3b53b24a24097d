"""Evidence chosen, worded, cited and checked: from ranked passages to one answer."""
