"""The places of the app, one file each; a screen is imported when somebody goes there."""
