import BankAPI
package import Ledger

/// Reading the journal as the last commit left it (read concern majority).
package protocol TransactionReader: Sendable {
    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction?

    /// Newest first: descending by id. Ids are given in the order of decision, so that within an
    /// account they sort as its seqs do.
    ///
    /// A page costs a bounded effort: a rare match far behind comes after pages that are not
    /// full, perhaps empty, but say that there may be more (``Page/searchedTo``).
    func transactions(
        _ filter: TransactionFilter, _ page: PageRequest<TransactionID>
    ) async throws(StoreError) -> Page<Transaction>
}

/// Every condition that is not nil must hold.
package struct TransactionFilter: Hashable, Sendable {
    /// Only what stands in this customer's lists: posted ones that changed one of their accounts,
    /// and those, also refused, that they initiated. Nil: everything, for staff.
    package var viewer: CustomerID?
    /// `from` or `to` is this account, be the entry posted or refused.
    package var accountID: AccountID?
    /// Seen from ``accountID``: a debit has it as `from`. Only together with ``accountID``.
    package var direction: Direction?
    package var type: TransactionTypeCode?
    package var status: TransactionStatus?
    /// `committedAt`, from included, until not.
    package var from: Timestamp?
    package var until: Timestamp?
    /// Minor units, both included.
    package var amountMin: Int64?
    package var amountMax: Int64?
    /// ``Transaction/reference``: the first 10 and the last 6 characters of the id.
    package var reference: String?
    package var externalReference: String?
    package var requestID: String?
    /// Words of a person: stands in the description or the external reference, in upper or lower
    /// case, or is the ``Transaction/reference``.
    package var text: String?

    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case debit, credit
    }

    package init() {}
}

extension TransactionFilter {
    /// Whether the filter lets this entry through: the meaning of the fields, in one place.
    package func matches(_ entry: Transaction) -> Bool {
        viewer.map { entry.listedCustomers.contains($0) } != false
            && sides(of: entry)
            && type.map { $0 == entry.type } != false
            && status.map { $0 == entry.status } != false
            && from.map { $0 <= entry.committedAt } != false
            && until.map { entry.committedAt < $0 } != false
            && amountMin.map { $0 <= entry.amount.minorUnits } != false
            && amountMax.map { entry.amount.minorUnits <= $0 } != false
            && reference.map { $0 == entry.reference } != false
            && externalReference.map { $0 == entry.details.externalReference } != false
            && requestID.map { $0 == entry.requestID } != false
            && text.map { entry.speaks(of: $0) } != false
    }

    private func sides(of entry: Transaction) -> Bool {
        guard let accountID else { return true }
        guard entry.listedAccounts.contains(accountID) else { return false }
        return switch direction {
        case nil: true
        case .debit: entry.from.accountID == accountID
        case .credit: entry.to.accountID == accountID
        }
    }
}

extension Transaction {
    fileprivate func speaks(of text: String) -> Bool {
        let wanted = text.lowercased()
        return [details.description, details.externalReference].contains { words in
            words?.lowercased().contains(wanted) == true
        } || reference == text.uppercased()
    }
}
