"""Django Crossroads: which way should your Django project run, with proof."""
