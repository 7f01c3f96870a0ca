"""At which margin money is told: at 100 % "net" is revenue, which nobody should take for profit."""

from churn_pipeline.core.wording import percent


def at_margin(gross_margin: float) -> str:
    """The words after an amount: ' at 100 % margin', or nothing where the shop gave its margin."""
    return " at 100 % margin" if gross_margin == 1 else ""


def margin_in_words(gross_margin: float) -> str:
    """A sentence of its own."""
    if gross_margin == 1:
        say = "give the margin (under Settings in the app, or --gross-margin to churn run) and score again"
        return f"Amounts are at 100 % margin, so revenue, not profit: {say}."
    return f"Amounts are at the shop's gross margin of {percent(gross_margin)}."
