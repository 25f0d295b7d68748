"""The language models Footlights can speak to: one file a provider, each importing its own SDK at first use."""
