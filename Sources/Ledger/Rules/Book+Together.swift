extension Book {
    /// Decides orders that belong together, one after another: all of them are posted (or were,
    /// by an earlier batch with the same keys), or none.
    ///
    /// If one of them can't be posted, the book stays as it was. The decisions then say how each
    /// would have ended, so that all that stands in the way is told at once; an entry in them is
    /// not recorded.
    package mutating func decideTogether(
        _ orders: [Order], at time: Timestamp
    ) -> JointDecision {
        let before = self
        let decisions = orders.map { decide($0, at: time) }
        let arePosted = decisions.allSatisfy(\.isPosted)
        if !arePosted { self = before }
        return JointDecision(decisions: decisions, arePosted: arePosted)
    }
}

/// What the rules say to orders that belong together, in their order.
package struct JointDecision: Hashable, Sendable {
    package let decisions: [Decision]
    /// Else nothing of them is recorded, and their keys stay free.
    package let arePosted: Bool
}

extension Decision {
    /// Money moves, or moved, as the order says.
    package var isPosted: Bool {
        switch self {
        case .recorded(let entry), .replayed(let entry): entry.refusal == nil
        case .rejected: false
        }
    }
}
