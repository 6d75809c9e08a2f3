"""The results of a benchmark as a table, a page and a plot."""

from html import escape

from live import IDLE_SOCKETS


Goal = tuple[str, str, str, str, bool]


def goals(outcome: dict) -> list[Goal]:
    """What was measured, its figure, what it is compared with, the target, and whether it is met."""
    median = outcome["medians"]
    return (money(outcome) if "p1" in median else []) + (wire(median) if "r1" in median else [])


def wire(median: dict) -> list[Goal]:
    commit, idle = median["r1"], median["r3"]
    burst = {peer: median[f"r2_burst_{peer}"] for peer in PEERS}
    paced = {peer: median[f"r2_paced_{peer}"] for peer in PEERS}
    alone = milliseconds(median["r2_alone_bare"]["p99"])
    ahead = max(burst["node"]["rate"], burst["nchan"]["rate"])
    slower = paced["teller"]["p99"] / max(median["r2_paced_following"]["p99"], 1)
    cost, other = paced["teller"]["microsecondsEach"], paced["node"]["microsecondsEach"]
    return [
        ("R1", f"commit to browser: p50 {milliseconds(commit['p50'])}, p99 {milliseconds(commit['p99'])}",
         f"{commit['rate']:,.0f} pushes/s to 1,000 sockets", "p50 ≤ 10 ms, p99 ≤ 25 ms",
         commit["p50"] <= 10_000 and commit["p99"] <= 25_000),
        ("R2", f"{burst['teller']['rate']:,.0f} deliveries/s, of {burst['teller']['bytes']:,.0f} bytes",
         f"node ws {burst['node']['rate']:,.0f}, nchan {burst['nchan']['rate']:,.0f}",
         "ahead of both", burst["teller"]["rate"] > ahead),
        ("R2", f"at 100 messages/s: p99 {milliseconds(paced['teller']['p99'])}",
         f"{slower:.2f} × the bare loop's that follows the same journal (by its own clock it has "
         f"{milliseconds(paced['bare']['p99'])} beside the bank, {alone} alone)", "≤ 1.5 ×",
         slower <= 1.5),
        ("R2", f"{cost:.1f} µs of a processor for a delivery", f"node ws {other:.1f} µs",
         "≤ node ws", cost <= other),
        ("R3", f"{idle['bytesEach']:,.0f} bytes for an idle socket, {idle['processorShare']:.1%} of a core",
         "10,000 sockets", "≤ 8 KB, ≤ 2 %",
         idle["bytesEach"] <= 8_192 and idle["processorShare"] <= 0.02),
    ]


def money(outcome: dict) -> list[Goal]:
    median = outcome["medians"]
    p1, p2 = median["p1"]["rate"], median["p2"]["rate"]
    group, single = median["raw_group"]["rate"], median["raw_single"]
    alone, half = median["p4_alone"], median["p4_half"]
    share, hot = p1 / group, p2 / p1
    slower = alone["p50"] / single["p50"] if single["p50"] else float("inf")
    return [
        ("P1", f"{p1:,.0f} transfers/s", f"{share:.0%} of the raw group commit",
         "≥ 10,000/s and ≥ 55 %", p1 >= 10_000 and share >= 0.55),
        ("P2", f"{p2:,.0f} transfers/s into one account", f"{hot:.1%} of P1", "≥ 95 %", hot >= 0.95),
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


PEERS = {"bare": "bare loop, a write each", "node": "node ws", "nchan": "nginx with nchan",
         "teller": "bank-websocket"}


def fan_outs(median: dict) -> str:
    """Who delivers how fast, as rows of a table."""
    def latency(name: str) -> str:
        return " / ".join(milliseconds(median[name][figure]) for figure in ("p50", "p99"))

    def row(name: str, alone: str, paced: str, burst: str) -> str:
        cells = [name, f"{median[paced]['bytes']:,.0f}", latency(alone) if alone else "", latency(paced),
                 f"{median[paced]['microsecondsEach']:.1f} µs"]
        cells += ([f"{median[burst]['rate']:,.0f}", f"{median[burst]['microsecondsEach']:.1f} µs"]
                  if burst else ["", ""])
        return f"| {' | '.join(cells)} |"

    rows = [row(name, f"r2_alone_{peer}" if peer != "teller" else "", f"r2_paced_{peer}",
                f"r2_burst_{peer}") for peer, name in PEERS.items()]
    rows.insert(1, row("the same, following the journal", "", "r2_paced_following", ""))
    return "\n".join(rows)


def table(outcome: dict) -> str:
    lines = [f"{'':38} {'median/s':>9} {'of the rounds':>21} {'p50':>10} {'p99':>10} {'p99.9':>10}"]
    for key, name in NAMES if "p1" in outcome["medians"] else []:
        figures = outcome["medians"][key]
        rates = " ".join(f"{result['rate']:.0f}" for result in outcome["results"][key])
        lines.append(f"{name:38} {figures['rate']:>9,.0f} {rates:>21} "
                     + " ".join(f"{milliseconds(figures[name]):>10}" for name in ("p50", "p99", "p99.9")))
    lines += ["", "processor time a transfer: " + costs(outcome), ""]
    if "r1" in outcome["medians"]:
        lines += [fan_outs(outcome["medians"]), ""]
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

## The live wire

One message to 1,000 sockets: who hears it how late at 100 messages a second, and how many are
delivered when 1,000 messages are there at once. bank-websocket sends whole journal entries, and
writes each delivery into the interaction log, which is part of its cost; the peers send messages of the
same size. Its burst are transfers that were made while it stood still. All were heard by the same
client, `bank-load sockets --skim`, on the same two cores, and the time is from when the server had the
message.

Its 100 messages a second come of 100 transfers, which take their share of the machine, and come as the
bank commits them: unevenly, and several at once. So the peers were measured alone, and beside a bank
at the same work; and the bare loop (`bench-raw fan-out`, which waits for whoever does not read, and
writes each message by itself) also told of the same transfers, by a change stream on the journal. That
is what bank-websocket's p99 is compared with.

| | bytes | alone: p50 / p99 | beside the bank: p50 / p99 | a delivery costs | burst: delivered/s | a delivery costs |
|---|---|---|---|---|---|---|
{fan_outs(outcome['medians'])}

R1's time is from the commit's own timestamp, before it is durable, until a browser has the entry; the
transfers, 1,000 a second, take their share of the machine. A socket's memory is what the
process grew by, divided by {IDLE_SOCKETS:,}.

## Targets

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
