"""The programs of docs/pytorch.md in their order: each of C++ by itself, those of Python in one session.

usage: page.py COMPILER FOLDER
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

compiler, folder = sys.argv[1], sys.argv[2]
if not shutil.which(compiler):
    print(f"SKIPPED: no C++ compiler: {compiler}")
    sys.exit(77)
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
helper = (here / "optimizer_state.py").read_text()
system = os.environ.get("GENOTYPE_SYSTEM_INCLUDES", "-isystem /usr/include/eigen3").split()

page = (root / "docs" / "pytorch.md").read_text()
programs = re.findall(r"^```(cpp|python)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
os.chdir(folder)
session = {}
for number, (language, program) in enumerate(programs):
    name = f"program_{number}"
    if program.startswith("# optimizer_state.py"):
        assert program == helper, "docs/pytorch.md shows another optimizer_state.py than tests/interop has"
    elif language == "python":
        exec(compile(program, f"docs/pytorch.md: {name}", "exec"), session)
    else:
        pathlib.Path(f"{name}.cpp").write_text(program)
        build = [compiler, "-std=c++20", "-O0", "-fopenmp", f"-I{root / 'include'}", *system, f"{name}.cpp"]
        subprocess.run([*build, "-lpng", "-lz", "-o", name], check=True)
        subprocess.run([f"./{name}"], check=True)
assert [language for language, _ in programs].count("cpp") == 3, "docs/pytorch.md: three programs of C++"
print(f"{len(programs)} programs of docs/pytorch.md do as it says.")
