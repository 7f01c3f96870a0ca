"""What the functions that measure campaigns find in Hillstrom's e-mail test.

python benchmarks/hillstrom.py FILE    the file itself
python benchmarks/hillstrom.py         a simulation with its published rates, which stands in"""

import sys
from pathlib import Path

from churn_pipeline.campaigns.measurement.other_trials import trial_effects
from churn_pipeline.samples.hillstrom import (
    ARM,
    KNOWN_BEFORE,
    NOTHING,
    OUTCOMES,
    read_hillstrom,
    simulated_hillstrom,
)

if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    rows = read_hillstrom(given) if given else simulated_hillstrom()
    print(f"{given or 'SIMULATED with the published rates; not the file'}: {len(rows):,} customers")
    print(trial_effects(rows, ARM, NOTHING, OUTCOMES, KNOWN_BEFORE).round(4).to_string(index=False))
