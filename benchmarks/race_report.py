"""What the race's figures say: lines, a Markdown page, charts, and what became slower since another run."""
import math
import subprocess

OURS = "genotype"
NAMES = {"dcgan": "DCGAN step", "vae": "VAE step", "flow": "flow matching step",
         "dcgan64": "DCGAN step, 64 x 64 pixels",
         "generator": "DCGAN generator", "decoder": "VAE decoder"}


def title(task):
    name, _, width = task.partition("_")
    return NAMES[name] + {"": "", "half": ", half width", "double": ", double width"}[width]


def is_bf16(variant):
    return "bf16" in variant.split("+")


def best(variants, bf16):
    """The fastest of the others in this precision: (name, figures), or None."""
    others = [(name, f) for name, f in variants.items() if name != OURS and is_bf16(name) == bf16]
    return min(others, key=lambda other: other[1]["ms"], default=None)


def ratios(theirs, ours):
    """How many times ours is faster: the median over the rounds' ratios, and their extremes."""
    each = sorted(b / a for a, b in zip(ours["rounds"], theirs["rounds"]))
    return each[len(each) // 2], each[0], each[-1]


def ratio_text(theirs, ours):
    middle, low, high = ratios(theirs, ours)
    return f"**{middle:.2f}** ({low:.2f} to {high:.2f})"


def ms(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def spread(f):
    return f"{ms(f['ms'])} ({ms(f['low'])} to {ms(f['high'])})"


def heat_line(heat):
    variants = heat["variants"]
    text = f"{title(heat['task'])}, batch {heat['batch']}, {heat['threads']} threads:"
    return text + "".join(f"  {name} {ms(f['ms'])} ms" for name, f in variants.items())


def table(head, rows):
    align = "|" + "|".join("---" if i == 0 else "--:" for i in range(len(head))) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", align] +
                     ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def find(results, task, batch, threads=None):
    found = [h for h in results["heats"] if h["task"] == task and h["batch"] == batch and OURS in h["variants"] and
             (threads is None or h["threads"] == threads)]
    return max(found, key=lambda h: h["threads"], default=None)


def ratio_table(heats):
    rows = []
    for heat in heats:
        v = heat["variants"]
        if OURS not in v:
            continue
        plain, half = best(v, False), best(v, True)
        rows.append([title(heat["task"]), heat["batch"], heat["threads"],
                     ratio_text(plain[1], v[OURS]) if plain else "",
                     plain[0] if plain else "", ratio_text(half[1], v[OURS]) if half else "", spread(v[OURS])])
    return table(["what", "batch", "threads", "times faster than the best float32", "which is",
                  "than bf16 autocast", "ours, ms"], rows)


def variant_table(heats):
    rows = []
    for heat in heats:
        ours = heat["variants"].get(OURS)
        for name, f in heat["variants"].items():
            memory = f.get("memory", {})
            rows.append([title(heat["task"]), heat["batch"], heat["threads"], name,
                         ratio_text(f, ours) if ours and name != OURS else "", spread(f), ms(f["p50"]), ms(f["p99"]),
                         f"{memory.get('peak_mb', 0):.0f}",
                         f"{memory['planned_mb']:.1f}" if "planned_mb" in memory else ""])
    return table(["what", "batch", "threads", "contestant", "ours is faster, times", "ms (spread of the rounds)", "p50",
                  "p99", "peak MB", "planned MB"], rows)


def rows_total(rows):
    return sum(r["forward_ms"] + r["backward_ms"] + r["weight_gradient_ms"] for r in rows)


def is_product(name):
    return name.startswith(("Conv", "Linear", "pack"))


def profile_section(task, profile):
    whole = rows_total(profile["rows"]) or 1
    ordered = sorted(profile["rows"], key=lambda row: -rows_total([row]))
    rows = [[f"`{r['name']}`", r["input"], *(ms(r[k]) if r[k] else "" for k in
             ("forward_ms", "backward_ms", "weight_gradient_ms")), f"{100 * rows_total([r]) / whole:.1f} %"]
            for r in ordered]
    others = rows_total([r for r in profile["rows"] if not is_product(r["name"])])
    packing = rows_total([r for r in profile["rows"] if r["name"].startswith("pack")])
    return (f"### {title(task)}, batch 64: {whole:.3g} ms\n\n" +
            table(["layer or kernel", "input", "forward ms", "backward ms", "weight gradient ms", "share"], rows) +
            f"\nNeither convolution nor product: {100 * others / whole:.1f} % of the step; the packing of weights, "
            f"counted with the products, {100 * packing / whole:.1f} %.\n")


def goals(results):
    """The figures that the library sets out to reach, and what this run shows."""
    rows = []

    def add(what, goal, shown):
        rows.append([what, goal, shown])

    for task, goal in (("dcgan", 3), ("vae", 4), ("flow", 2.5), ("dcgan64", 3)):
        heat = find(results, task, 64)
        if heat:
            v = heat["variants"]
            plain, half = best(v, False), best(v, True)
            if plain:
                add(f"{title(task)} against the best float32 PyTorch", f"{goal} times faster",
                    ratio_text(plain[1], v[OURS]))
            if task == "dcgan" and half:
                add(f"{title(task)} in float32 against PyTorch's bf16", "faster", ratio_text(half[1], v[OURS]))
        one, two = find(results, task, 64, 1), find(results, task, 64, 2)
        if one and two:
            add(f"{title(task)}, 2 threads against 1", "1.85 times",
                f"{one['variants'][OURS]['ms'] / two['variants'][OURS]['ms']:.2f}")
    kernels = results.get("kernels", [])
    inner = [k["percent_of_peak"] for k in kernels if k["name"].startswith(("dcgan/64x16", "dcgan/128x8"))]
    if inner:
        add("inner convolutions, all directions", "120 % of the peak", f"{min(inner):.0f} to {max(inner):.0f} %")
    linear = [k["percent_of_peak"] for k in kernels if k["name"].startswith("vae/")]
    if linear:
        add("the VAE's products, all directions", "75 % of the peak", f"{min(linear):.0f} to {max(linear):.0f} %")
    if "dcgan" in results.get("profile", {}):
        all_rows = results["profile"]["dcgan"]["rows"]
        share = rows_total([r for r in all_rows if not is_product(r["name"])]) / (rows_total(all_rows) or 1)
        add("not convolution or product, of the DCGAN's step", "below 12 %", f"{100 * share:.1f} %")
    heat = find(results, "generator", 1)
    if heat:
        ours = heat["variants"][OURS]
        if "eager" in heat["variants"]:
            add("generator at batch 1 against eager", "5 times faster", ratio_text(heat["variants"]["eager"], ours))
        add("generator at batch 1: p99 / p50", "below 1.5", f"{ours['p99'] / ours['p50']:.2f}")
    heat = find(results, "dcgan", 64)
    if heat:
        add("memory of the DCGAN's training at batch 64", "below 150 MB",
            f"{heat['variants'][OURS]['memory']['peak_mb']:.0f} MB")
    return table(["what", "goal", "this run"], rows) if rows else ""


def machine_line(machine):
    text = ", ".join([f"{machine['processor']}, {machine['cores']} cores ({machine['caches']}; {machine['vectors']})",
                      machine["memory"], machine["system"], machine["compiler"]])
    return f"{text}. Commit {machine['commit']}, {machine['date']}, load when it began {machine['load']}."


def markdown(results):
    text = "# The race\n\n" + machine_line(results["machine"])
    if results.get("isa") == "avx2":
        text += " Held to AVX2, all contestants."
    if results["peers"]:
        text += f" Against {' and '.join(results['peers'])}."
    if "peak_gflops" in results:
        text += f" Measured f32 peak: {results['peak_gflops']:.0f} GFLOP/s."
    if results.get("handover_ns"):
        text += f" Two cores hand a cache line to and fro in {results['handover_ns']:.0f} ns."
    text += "\n\n"
    for name, reason in results["left_out"].items():
        text += f"- Without {name}: {reason}\n"
    heats = results["heats"]
    if heats:
        text += "\n## Ratios\n\n"
        if results["quick"] and results["peers"]:
            text += "A quick run: without torch.compile, the best float32 is the best of eager forms.\n\n"
        text += ratio_table([h for h in heats if len(h["variants"]) > 1 or h["batch"] == 64])
    if goals(results):
        text += "\n## Against the goals\n\n" + goals(results)
    if results.get("kernels"):
        text += "\n## Convolutions and products\n\nShare of the peak in FLOPs of the direct form, batch 64.\n\n"
        text += table(["kernel", "threads", "best ms", "GFLOP/s", "% of peak"],
                      [[k["name"], int(k["threads"]), ms(k["best_ms"]), f"{k['gflops']:.0f}",
                        f"{k['percent_of_peak']:.0f}"] for k in results["kernels"]])
    if results.get("profile"):
        text += "\n## Where the time of a step goes\n\n"
        text += "\n".join(profile_section(task, profile) for task, profile in results["profile"].items())
    if heats:
        text += "\n## All contestants, with latency and memory\n\n" + variant_table(heats)
    if results.get("compile"):
        text += "\n## Compiling\n\n" + table(["program", "seconds", "MB"],
                                             [[name, *row] for name, row in results["compile"].items()])
    return text


def draw(chart, path, lines):
    subprocess.run([chart, path], input="\n".join(lines) + "\n", text=True, check=True)


def series_of(points):
    """Lines of a chart for {name: [(x, y)]}."""
    lines = []
    for name, values in points.items():
        lines.append(f"series\t{name}")
        lines += [f"{x}\t{y}" for x, y in sorted(values)]
    return lines


def charts(results, folder, chart):
    """Draws what there is enough of."""
    most = max((h["threads"] for h in results["heats"]), default=0)
    by_batch, by_width, by_threads = {}, {}, {}
    for heat in results["heats"]:
        base, _, width = heat["task"].partition("_")
        for variant, f in heat["variants"].items():
            name = f"{base}: {variant}"
            if heat["batch"] == 64 and not width and base in ("dcgan", "vae"):
                by_threads.setdefault(name, []).append((heat["threads"], f["ms"]))
            if heat["threads"] != most:
                continue
            if not width:
                by_batch.setdefault(base, {}).setdefault(variant, []).append(
                    (math.log2(heat["batch"]), math.log2(f["ms"] * 1e3 / heat["batch"])))
            if heat["batch"] == 64 and base in ("dcgan", "vae"):
                by_width.setdefault(base, {}).setdefault(variant, []).append(
                    ({"half": 0.5, "": 1, "double": 2}[width], f["ms"]))
    plots = [(f"growth_batch_{task}", f"{title(task)}: time against batch", "log2 of the batch",
              "log2 of microseconds an image", points) for task, points in by_batch.items()]
    plots += [(f"growth_width_{task}", f"{title(task)}, batch 64: time against width", "width",
               "milliseconds", points) for task, points in by_width.items()]
    for task in ("dcgan", "vae"):
        points = {name.split(": ")[1]: v for name, v in by_threads.items() if name.startswith(task + ":")}
        plots.append((f"growth_threads_{task}", f"{title(task)}, batch 64: speed against threads", "threads",
                      "times the speed of one thread",
                      {name: [(x, dict(v)[1] / y) for x, y in v] for name, v in points.items() if 1 in dict(v)}))
    for name, heading, x, y, points in plots:
        points = {series: values for series, values in points.items() if len(values) > 1}
        if points:
            draw(chart, folder / f"{name}.png", ["lines", f"title\t{heading}", f"x\t{x}", f"y\t{y}"] +
                 series_of(points))
    for task, profile in results.get("profile", {}).items():
        bars = ["bars", f"title\t{title(task)}, batch 64: milliseconds", "parts\tforward\tbackward\tweight gradient"]
        for r in sorted(profile["rows"], key=lambda row: -rows_total([row])):
            bars.append("\t".join(["bar", f"{r['name']}  {r['input']}".strip()] + [
                f"{r[k]:.6f}" for k in ("forward_ms", "backward_ms", "weight_gradient_ms")]))
        draw(chart, folder / f"profile_{task}.png", bars)


def measured(results):
    """Every time of ours by name: (ms, noise). Kernels state their best time, and have no rounds to take noise from:
    a tenth is allowed for."""
    times = {}
    for heat in results["heats"]:
        f = heat["variants"].get(OURS)
        if f:
            key = f"{title(heat['task'])}, batch {heat['batch']}, {heat['threads']} threads"
            times[key] = (f["ms"], max(f["high"] - f["low"], 0.02 * f["ms"]))  # few rounds may agree by chance
    for k in results.get("kernels", []):
        times[f"{k['name']}, {int(k['threads'])} threads"] = (k["best_ms"], 0.05 * k["best_ms"])
    return times


def compare(old, new):
    """What of ours became slower (and faster) by more than the spreads of both runs together."""
    before, after = measured(old), measured(new)
    lines = {"slower": [], "faster": []}
    for name in sorted(before.keys() & after.keys()):
        (was, old_noise), (now, new_noise) = before[name], after[name]
        if abs(now - was) > old_noise + new_noise:
            change = f"  {name}: {ms(was)} -> {ms(now)} ms, {now / was:.2f} of it"
            lines["slower" if now > was else "faster"].append(change)
    text = (f"Compared with the run of {old['machine']['date']} ({old['machine']['commit']}), "
            f"{len(before.keys() & after.keys())} figures:\n")
    if old["machine"]["processor"] != new["machine"]["processor"]:
        text += "The machines differ: the comparison says little.\n"
    for kind in ("slower", "faster"):
        text += f"{kind} by more than the noise: {len(lines[kind]) or 'nothing'}\n" + "".join(
            line + "\n" for line in lines[kind])
    return text
