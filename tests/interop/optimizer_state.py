# optimizer_state.py: an optimiser's state under the names that trainer.save(path) writes and load(trainer, path) reads.
# The optimiser was made of module.parameters(), in one group; `prefix` is the module's own name, as "generator.".


def to_tensors(module, optimizer, prefix=""):
    names = [name for name, _ in module.named_parameters()]
    states = optimizer.state_dict()["state"].items()
    return {f"optimizer.{prefix}{names[at]}.{key}": value for at, state in states for key, value in state.items()}


def from_tensors(tensors, module, optimizer, prefix=""):
    state = {}
    for at, (name, _) in enumerate(module.named_parameters()):
        start = f"optimizer.{prefix}{name}."
        state[at] = {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def weights(tensors):
    return {name: value for name, value in tensors.items() if not name.startswith(("optimizer.", "genotype."))}
