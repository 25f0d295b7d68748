"""What agents can do besides talk: a file a family (file, http, notify, schema, table, text), found by `registry`.

Tools are used through `offers.use`, which checks what they are given. The other files are what families stand on.
"""
