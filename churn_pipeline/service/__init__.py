"""What a person or a program may ask of the product and have done: each function takes a Caller.

The command line, the API and the app translate to and from these functions and know no stage."""
