"""Values by name, ours against PyTorch's: what the scripts of this folder share."""

import sys


def differences(ours, wanted):
    """Of each name the largest difference, as a share of the largest value of PyTorch's. Ends where names differ."""
    if sorted(ours) != sorted(wanted):
        sys.exit(f"FAULT {sorted(ours)} of ours, {sorted(wanted)} of PyTorch's")
    return {name: ((ours[name] - wanted[name]).abs().max() / wanted[name].abs().max()).item() for name in wanted}


def faults_above(most, errors):
    """A sentence for each that is not at most `most`."""
    return [f"{name}: differs by {error:.2g} of the largest value" for name, error in errors.items() if not error <= most]


def end_on(faults):
    """Says them, and ends where there are any."""
    for fault in faults:
        print("FAULT", fault)
    if faults:
        sys.exit(f"{len(faults)} faults.")
