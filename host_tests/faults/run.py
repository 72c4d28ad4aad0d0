"""run.py GROUP PLANE [ONLY]: one group of sweeps, on the interpreter and data plane that this runs on."""

import sys

plane = sys.argv[2]
if plane.startswith("python"):
    sys.modules["_afunix"] = None

import sweep  # noqa: E402, the plane is chosen before

sweep.main(sys.argv[1], plane, sys.argv[3] if len(sys.argv) > 3 else None)
