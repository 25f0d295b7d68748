"""The tools `medical.*`: public codes looked up in a small sample, and claims gone over before they are sent."""
