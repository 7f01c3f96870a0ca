"""`python -m churn_pipeline.cli`, the same as `churn`."""

from churn_pipeline.cli import main

if __name__ == "__main__":
    main()
