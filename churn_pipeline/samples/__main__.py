"""`python -m churn_pipeline.samples FOLDER` writes the three generated shops again, byte for byte the
same."""

import sys
from pathlib import Path

from churn_pipeline.samples.demo_shops import DEMO_SHOPS, write_demo_shop

if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "data/samples")
    for shop in DEMO_SHOPS.values():
        path = target / shop.file_name
        write_demo_shop(shop, path)
        print(f"wrote {path}, {path.stat().st_size:,} bytes")
