package import Ledger

/// Where the posting engine commits: one multi-document transaction a call.
package protocol LedgerStore: Sendable {
    /// Decides the commands one after another and commits what they change, all or nothing.
    ///
    /// The outcomes stand in the order of the commands. Order-level answers (refusals,
    /// rejections, replays) are outcomes; an error means that nothing of the batch is known to
    /// be committed, and says what the caller may do.
    func commit(_ commands: [LedgerCommand]) async throws(StoreError) -> [LedgerOutcome]

    /// What ``commit(_:)`` would answer to this command alone, now; nothing is written.
    func preview(_ command: LedgerCommand) async throws(StoreError) -> LedgerOutcome
}

/// A unit of work for the posting engine: all that moves money or changes what limits it.
package enum LedgerCommand: Sendable {
    case post(Order)
    /// Orders of one caller that are posted all, or none.
    case postTogether([Order])
    /// A new customer with a first account, and the opening balance as a posting if there is one.
    case signUp(Customer, Account, opening: Order?)
    /// One more account of an existing customer, refused when `accountsMax` are open already
    /// (nil: no limit, for staff). The holder's name is the customer's, as it stands then.
    case openAccount(Account, accountsMax: Int?, origin: Origin)
    /// An account's description, status or limits, or its end.
    case changeAccount(AccountID, AccountChange, origin: Origin)
    /// A customer's person, role or password, or their end, together with that of the sessions
    /// which it ends. `role`: the initiator's, which says what they may change.
    case changeCustomer(CustomerID, CustomerChange, by: Role, origin: Origin)
}

package enum LedgerOutcome: Hashable, Sendable {
    /// A journal entry; `replayed` when an earlier call with the same key made it.
    case recorded(Transaction, replayed: Bool)
    case recordedTogether(JointDecision)
    case signedUp(Customer, Account)
    case opened(Account)
    case changed(Account)
    case changedCustomer(Customer)
    case rejected(CommandRejection)
}

/// Why a command was not carried out; nothing of it is recorded.
package enum CommandRejection: Hashable, Sendable, CaseIterable {
    /// It does not exist, or is not the initiator's.
    case accountNotFound
    case accountClosed
    case accountLimitReached
    /// Somebody else got the number in the meantime: try again with another one.
    case accountNumberTaken
    case balanceNotZero
    case holdsOpen
    case limitOutOfRange
    case overdraftNotAllowed
    case idempotencyKeyReused
    case customerNotFound
    case customerClosed
    case emailTaken
    case phoneTaken
    case nationalIDTaken
    /// It is not for people with the initiator's role.
    case notAllowed
    /// The password is not any more the one that was checked.
    case passwordChanged
    case transactionNotFound
    case alreadyReversed
    case alreadyCancelled
    case notReversible
    case notCancellable
    case cancellationWindowOver
    case holdNotPending
    case captureExceedsHold
}

/// A fault of the storage, by what can be done about it. Carries no driver text.
package enum StoreError: Error, Hashable, Sendable {
    /// Nothing was committed; the store could not be reached or was too busy in time.
    case unavailable
    /// The commit may or may not have happened; only a retry with the same keys can tell.
    case outcomeUnknown
    /// Nothing was committed; one of the commands broke the batch for a reason of its own
    /// (a duplicate key of a race, a validator). Split and run again; a batch of one may be run
    /// again too, for then it reads what the race has left.
    case poisoned
}
