"""Was the advice good? Lists that would have been given at past cutoffs, and lists that were given, held
against what happened and against what other lists would have met."""
