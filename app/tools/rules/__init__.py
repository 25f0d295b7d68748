"""The tools `rules.*`: evidence held against HIPAA, GDPR, SOC 2 and COPPA, and personal data found and masked."""
