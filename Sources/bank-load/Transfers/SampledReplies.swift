/// Replies kept to compare with what a retry with the same key says later: a fair sample
/// (reservoir, Vitter's algorithm R) of bounded size.
package struct SampledReplies: Sendable {
    package struct Sample: Sendable {
        package let order: TransferOrder
        package let status: Int
        package let body: [UInt8]
    }

    package static let samplesMax = 256

    package private(set) var samples: [Sample] = []
    private var seen = 0
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    package mutating func consider(_ order: TransferOrder, _ reply: WireReply) {
        seen += 1
        if samples.count < Self.samplesMax {
            samples.append(Self.sample(order, reply))
        } else {
            let place = Int.random(in: 0..<seen, using: &generator)
            if place < samples.count { samples[place] = Self.sample(order, reply) }
        }
    }

    private static func sample(_ order: TransferOrder, _ reply: WireReply) -> Sample {
        Sample(order: order, status: reply.status, body: reply.bodyBytes)
    }
}
