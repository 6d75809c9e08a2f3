"""The results of a benchmark as a table, a page and a plot."""

from html import escape


def goals(outcome: dict) -> list[tuple[str, str, str, str, bool]]:
    """What was measured, its figure, what it is compared with, the target, and whether it is met."""
    median = outcome["medians"]
    p1, p2 = median["p1"]["rate"], median["p2"]["rate"]
    group, single = median["raw_group"]["rate"], median["raw_single"]
    alone, half = median["p4_alone"], median["p4_half"]
    share, hot = p1 / group, p2 / p1
    slower = alone["p50"] / single["p50"] if single["p50"] else float("inf")
    return [
        ("P1", f"{p1:,.0f} transfers/s", f"{share:.0%} of the raw group commit",
         "≥ 10,000/s and ≥ 55 %", p1 >= 10_000 and share >= 0.55),
        ("P2", f"{p2:,.0f} transfers/s into one account", f"{hot:.0%} of P1", "≥ 95 %", hot >= 0.95),
        ("P4", f"one at a time: p50 {milliseconds(alone['p50'])}",
         f"{slower:.2f} × the raw single transaction", "≤ 1.5 ×", slower <= 1.5),
        ("P4", f"at half of P1's rate: p99 {milliseconds(half['p99'])}",
         f"{half['rate']:,.0f}/s, open model", "≤ 25 ms", half["p99"] <= 25_000),
    ]


def costs(outcome: dict) -> str:
    return ", ".join(f"{name} {value:.0f} µs" for name, value in outcome["costs"].items())


def milliseconds(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f} ms"


NAMES = [
    ("raw_single", "raw driver, a transaction each"),
    ("raw_group", "raw driver, 256 in a transaction"),
    ("p1", "P1: 256 connections, uniform"),
    ("p2", "P2: the same into one account"),
    ("p4_alone", "P4: one client, one at a time"),
    ("p4_half", "P4: half of P1's rate, open model"),
]


def table(outcome: dict) -> str:
    lines = [f"{'':38} {'median/s':>9} {'of the rounds':>21} {'p50':>10} {'p99':>10} {'p99.9':>10}"]
    for key, name in NAMES:
        figures = outcome["medians"][key]
        rates = " ".join(f"{result['rate']:.0f}" for result in outcome["results"][key])
        lines.append(f"{name:38} {figures['rate']:>9,.0f} {rates:>21} "
                     + " ".join(f"{milliseconds(figures[name]):>10}" for name in ("p50", "p99", "p99.9")))
    lines += ["", "processor time a transfer: " + costs(outcome), ""]
    for name, figure, comparison, target, met in goals(outcome):
        lines.append(f"{name}  {figure}; {comparison}; target {target}: {'met' if met else 'missed'}")
    return "\n".join(lines)


def page(outcome: dict) -> str:
    """docs/benchmarks.md; it says how to get the figures oneself."""
    machine = outcome["machine"]
    measured = "\n".join(
        f"| {name} | {outcome['medians'][key]['rate']:,.0f} "
        f"| {', '.join(format(result['rate'], ',.0f') for result in outcome['results'][key])} "
        + "".join(f"| {milliseconds(outcome['medians'][key][percentile])} "
                  for percentile in ("p50", "p99", "p99.9")) + "|"
        for key, name in NAMES)
    targets = "\n".join(f"| {name} | {figure} | {comparison} | {target} | {'yes' if met else 'no'} |"
                        for name, figure, comparison, target, met in goals(outcome))
    return f"""# Benchmarks

Made by `scripts/bench`, which anyone can run; don't edit by hand.

{machine['date']}, commit {machine['commit']}, {machine['processor']}, {machine['cores']} cores,
{machine['memoryGiB']} GiB, Linux {machine['kernel']}. Everything is on this one machine: MongoDB
(a replica set of one, with journal), bank-core and the load client. Every commit is `w: majority,
j: true`. {outcome['accounts']:,} accounts, {outcome['rounds']} rounds of {outcome['seconds']:g} s
that take turns; medians. Compare figures of one run only: such a machine drifts by a quarter within
an hour.

![Transfers a second](benchmarks.svg)

| | transfers/s | the rounds | p50 | p99 | p99.9 |
|---|---|---|---|---|---|
{measured}

Latencies of the closed model are those of a client that waits; those of the open model count from
the intended start, so that a slow moment is charged to everyone it delays. "Raw driver" is
`bench-raw`: the same documents written by a bare loop on libmongoc, without HTTP, tokens, rules or
checks; it is what MongoDB gives on this machine. After each run every account's balance was compared
with what had been acknowledged, and at the end `bankctl verify` was clean.

Processor time that a transfer of P1 costs: {costs(outcome)}.

| target | figure | compared | wanted | met |
|---|---|---|---|---|
{targets}
"""


def plot(outcome: dict) -> str:
    """Bars of the rates, as SVG that reads in both themes."""
    bars = [(name, outcome["medians"][key]["rate"]) for key, name in NAMES[:4]]
    longest = max(rate for _, rate in bars) or 1
    rows = []
    for index, (name, rate) in enumerate(bars):
        y, width = 12 + index * 36, 400 * rate / longest
        rows.append(
            f'<text x="250" y="{y + 17}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="260" y="{y}" width="{width:.0f}" height="24" rx="3" fill="#3b82f6"/>'
            f'<text x="{268 + width:.0f}" y="{y + 17}">{rate:,.0f}/s</text>')
    height = 16 + len(bars) * 36
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" '
            f'height="{height}" role="img" aria-label="Transfers a second">'
            '<style>text{font:14px system-ui,sans-serif;fill:#64748b}</style>'
            + "".join(rows) + "</svg>\n")
