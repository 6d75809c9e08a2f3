import Crypto
package import ServiceKit

/// Durable, exact counters of wrong guesses, shared by all instances.
///
/// An attempt is counted before its password or code is looked at, so that guesses made at the
/// same time cannot pass together; a right one takes its own count back.
package protocol GuessLimits: Sendable {
    /// Counts an attempt in every counter, as long as each is within its limit; at the first
    /// that is not, it is refused, and counted in none.
    func begin(_ counters: [GuessCounter]) async throws(StoreError) -> GuessAdmission

    /// It was right: forgets all of the counters that say so, and this one of the others.
    func succeed(_ attempt: GuessAttempt) async throws(StoreError)
}

/// What is counted, and how many may be wrong in the window.
package struct GuessCounter: Hashable, Sendable {
    /// Unique among counters; holds no secret and no personal data.
    package let name: String
    package let limit: RateLimit
    /// Whether a right guess forgets the wrong ones before it.
    package let isForgiving: Bool

    package init(name: String, limit: RateLimit, isForgiving: Bool) {
        self.name = name
        self.limit = limit
        self.isForgiving = isForgiving
    }
}

package enum GuessAdmission: Hashable, Sendable {
    case admitted(GuessAttempt)
    case refused(retryAfterSeconds: Int)
}

/// An attempt that was counted.
package struct GuessAttempt: Hashable, Sendable {
    /// Unique.
    package let id: String
    package let counters: [Mark]

    /// A counter that it was counted in.
    package struct Mark: Hashable, Sendable {
        package let name: String
        package let isForgiving: Bool

        package init(name: String, isForgiving: Bool) {
            self.name = name
            self.isForgiving = isForgiving
        }
    }

    package init(id: String, counters: [Mark]) {
        self.id = id
        self.counters = counters
    }

    package init(id: String, counters: [GuessCounter]) {
        self.init(
            id: id,
            counters: counters.map { Mark(name: $0.name, isForgiving: $0.isForgiving) })
    }
}

extension GuessCounter {
    /// An e-mail has any length, and need not stand among the counters.
    static func digest(_ text: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8))))
    }
}
