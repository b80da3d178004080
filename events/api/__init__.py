"""The public, read-only API: what pages show, for programs. `config/api.py` mounts what each app has to say."""
