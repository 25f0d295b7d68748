"""Those who perform runs elsewhere: what they say to the driver of a batch, and it to them. They open no database."""
