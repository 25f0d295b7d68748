"""The tools `release.*`: what the next version is called, and whether measured figures let a release go on."""
