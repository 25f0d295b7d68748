"""The tools `talent.*`: CVs scored with evidence and never by the person, the choice compared, times to meet found."""
