"""The door has addresses but no models, so it is a folder and not an app."""
