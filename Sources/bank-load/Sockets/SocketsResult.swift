import BankAPI
import NIOCore

/// What came of a run, for people and for programs.
struct SocketsResult: Sendable {
    let wanted: Int
    /// Still open at the end.
    let open: Int
    let figures: SocketFigures
    /// Of the transfers that were sent meanwhile.
    let traffic: Measurement?

    /// All sockets were there to the end, and saw every entry once and in order.
    var isWhole: Bool { open == wanted && figures.isClean }

    var text: String {
        var lines = [
            "sockets   \(Figures.grouped(open)) of \(Figures.grouped(wanted)) open to the end",
            "opening   " + Self.line(figures.opening),
        ]
        for (code, count) in figures.lost.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "lost      \(Figures.grouped(count)) "
                    + (code == 0 ? "without a close frame" : "closed with \(code)"))
        }
        if let traffic {
            lines.append("transfers \(Figures.decimal(traffic.rate, places: 0)) posted/s")
        }
        if figures.sentToReceived.count > 0 {
            lines += [
                "heard     \(Figures.grouped(figures.pushes)) messages, "
                    + "\(Figures.decimal(figures.pushesPerSecond, places: 0))/s",
                "received  after the writing: " + Self.line(figures.sentToReceived),
            ]
        } else if figures.pushes > 0 {
            lines += [
                "pushed    \(Figures.grouped(figures.pushes)) entries, "
                    + "\(Figures.grouped(figures.gaps)) gaps, "
                    + "\(Figures.grouped(figures.repeats)) repeats",
                "sent      after the commit: " + Self.line(figures.commitToSent),
                "received  after the commit: " + Self.line(figures.commitToReceived),
            ]
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ latencies: Latencies) -> String {
        Latencies.percentiles.map { percentile in
            let value = latencies.microseconds(atPercentile: percentile.value)
            return "\(percentile.name) \(Figures.duration(microseconds: value))"
        }.joined(separator: "   ")
    }

    var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("version", BankLoad.version)
            json.member("sockets", wanted)
            json.member("open", open)
            json.member("subscribed", figures.subscribed)
            json.member("lost") { json in
                json.object { json in
                    for (code, count) in figures.lost.sorted(by: { $0.key < $1.key }) {
                        json.key(escaping: String(code))
                        json.integer(count)
                    }
                }
            }
            json.member("openingMicroseconds") { figures.opening.write(to: &$0) }
            json.member("messages") { json in
                json.object { json in
                    for (type, count) in figures.messages.sorted(by: { $0.key < $1.key }) {
                        json.key(escaping: type)
                        json.integer(count)
                    }
                }
            }
            json.member("bytes", figures.bytes)
            json.member("gaps", figures.gaps)
            json.member("repeats", figures.repeats)
            json.member("commitToSentMicroseconds") { figures.commitToSent.write(to: &$0) }
            json.member("commitToReceivedMicroseconds") {
                figures.commitToReceived.write(to: &$0)
            }
            json.member("sentToReceivedMicroseconds") { figures.sentToReceived.write(to: &$0) }
            json.member("pushes", figures.pushes)
            json.member("pushSeconds") { $0.raw(Figures.decimal(figures.pushSeconds, places: 3)) }
            json.member("transfersRate") { json in
                if let traffic {
                    json.raw(Figures.decimal(traffic.rate))
                } else {
                    json.null()
                }
            }
            json.member("isWhole", isWhole)
        }
        return json.text
    }
}
