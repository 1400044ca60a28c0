"""What each process of a run with several executes: `python -m numina_lean.train.worker DIR`.

`launch` starts it; by hand, under any launcher that sets torch's variables:

    accelerate launch --config_file DIR/accelerate.yaml -m numina_lean.train.worker DIR
"""

import sys
from pathlib import Path

from numina_lean.errors import NuminaError
from numina_lean.train.run import read_run
from numina_lean.train.sft import train

if __name__ == "__main__":
    try:
        train(read_run(Path(sys.argv[1])))
    except NuminaError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
