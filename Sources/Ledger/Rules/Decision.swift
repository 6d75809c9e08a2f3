/// What the rules say to an order.
package enum Decision: Hashable, Sendable {
    /// A new journal entry, posted or refused.
    case recorded(Transaction)
    /// The entry that an earlier order with the same key and content made.
    case replayed(Transaction)
    /// Nothing to record: the caller may not even know the account.
    case rejected(Rejection)
}
