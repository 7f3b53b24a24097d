"""What a sentence says, by rules of language: figures, claims, lists, yes and no."""
