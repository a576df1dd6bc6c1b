"""What a result has to say about the machine that it was measured on."""
import os
import pathlib
import platform
import subprocess
import time


def first_line(*command, cwd=None):
    try:
        result = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip().splitlines()[0] if result.returncode == 0 and result.stdout.strip() else ""


def field(path, name):
    try:
        for line in pathlib.Path(path).read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    except OSError:
        pass
    return ""


def caches():
    """Sizes of the first core's caches: "L1 48K, L2 2048K, L3 266240K"."""
    found = {}
    for index in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            if (index / "type").read_text().strip() != "Instruction":
                found["L" + (index / "level").read_text().strip()] = (index / "size").read_text().strip()
        except OSError:
            pass
    return ", ".join(f"{level} {size}" for level, size in found.items())


def describe(root):
    flags = field("/proc/cpuinfo", "flags").split()
    vectors = [name for name in ("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]
    memory = field("/proc/meminfo", "MemTotal").split()
    # Where programs were built elsewhere, whoever runs them says of what.
    commit = os.environ.get("GENOTYPE_COMMIT") or first_line("git", "describe", "--always", "--dirty", cwd=root)
    return {
        "processor": field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "caches": caches(),
        "vectors": " ".join(vectors),
        "memory": f"{int(memory[0]) / 2**20:.0f} GB" if memory else "",
        "system": f"{platform.system()} {platform.release()}",
        "compiler": first_line(os.environ.get("CXX", "g++"), "--version"),
        "commit": commit,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "date": time.strftime("%Y-%m-%d %H:%M"),
    }
