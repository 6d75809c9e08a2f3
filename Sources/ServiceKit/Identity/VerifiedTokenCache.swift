import Ledger
import Synchronization

/// Tokens found right, until they expire: a signature is checked once, not once a request.
///
/// Two generations of at most `entriesMax / 2`: when the young one is full, the old one is
/// dropped. What is used stays, memory is bounded, and nothing has to be swept.
final class VerifiedTokenCache: Sendable {
    private struct Generations {
        var young: [String: VerifiedToken] = [:]
        var old: [String: VerifiedToken] = [:]
    }

    private let entriesPerGeneration: Int
    private let generations = Mutex(Generations())

    init(entriesMax: Int) { self.entriesPerGeneration = max(1, entriesMax / 2) }

    func token(_ text: String) -> VerifiedToken? {
        generations.withLock { generations in
            if let token = generations.young[text] { return token }
            guard let token = generations.old[text] else { return nil }
            insert(token, for: text, into: &generations)
            return token
        }
    }

    func insert(_ token: VerifiedToken, for text: String, now: Timestamp) {
        guard token.expiresAt > now else { return }
        generations.withLock { insert(token, for: text, into: &$0) }
    }

    private func insert(
        _ token: VerifiedToken, for text: String, into generations: inout Generations
    ) {
        if generations.young.count >= entriesPerGeneration {
            generations.old = generations.young
            generations.young.removeAll(keepingCapacity: true)
        }
        generations.young[text] = token
    }
}
