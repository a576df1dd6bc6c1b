#!/usr/bin/env bash
# docs/operations.md is what docs/operations.py makes of the headers.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
command -v python3 >/dev/null || { echo "SKIPPED: no python3 here."; exit 77; }
exec python3 -B "$root/docs/operations.py" --check
