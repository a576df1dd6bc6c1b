"""Where seeds of the fuzz targets are written."""
import pathlib

corpus = pathlib.Path(__file__).parent / "corpus"


def write(target, name, content):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
