import BankAPI
import Hummingbird
import Ledger
import ServiceKit

extension TransactionFilter {
    /// The filters that all lists of transactions have. `direction` is seen from an account, so
    /// lists without one don't have it.
    init(_ query: inout QueryParameters) {
        self.init()
        from = query.beginning("from")
        until = query.end("to")
        type = query.string("type", bytesMax: 50).map { TransactionTypeCode(rawValue: $0) }
        status = query.choice("status")
        amountMin = query.integer("minAmount", in: 1...Money.minorUnitsMax)
        amountMax = query.integer("maxAmount", in: 1...Money.minorUnitsMax)
        reference = query.string("reference", bytesMax: 100)
        text = query.string("q", bytesMax: 100)
    }
}

extension Response {
    /// A page of transactions as the viewer may see them.
    init(_ page: Page<Transaction>, of request: Request, for viewer: Viewer) {
        self.init(page, of: request, id: \.id) { $0.transaction($1, for: viewer) }
    }
}
