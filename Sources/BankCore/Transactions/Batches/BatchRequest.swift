import BankAPI
import Ledger
import ServiceKit

/// The body of `POST /transactions/batch`: `{atomic, transactions: [{idempotencyKey, …}]}`.
///
/// A faulty item is no fault of the request: it gets the outcome `invalid`.
struct BatchRequest: Sendable {
    static let itemsMax = 1_000

    let isAtomic: Bool
    let items: [Result<KeyedOrderRequest, Problem>]

    /// The types that its items name.
    static func types(of body: JSONValue) -> [String] {
        (body["transactions"]?.array ?? []).prefix(itemsMax).compactMap { $0["type"]?.string }
    }

    init?(_ fields: inout JSONFields, types: Set<TransactionTypeCode>) {
        let hasAtomic = fields.requiredValue("atomic") != nil
        let isAtomic = fields.bool("atomic")
        guard let list = fields.requiredValue("transactions") else { return nil }
        guard let values = list.array else {
            fields.add("transactions", .wrongType, "An array is expected.")
            return nil
        }
        guard (1...Self.itemsMax).contains(values.count) else {
            fields.add(
                "transactions", values.isEmpty ? .required : .tooMany,
                "1 to \(Self.itemsMax) transactions are expected.")
            return nil
        }
        guard hasAtomic, let isAtomic else { return nil }
        self.isAtomic = isAtomic
        self.items = values.enumerated().map { index, value in
            KeyedOrderRequest.read(value, pointer: "/transactions/\(index)", types: types)
        }
    }
}

/// An order of a batch with the key that it carries itself.
struct KeyedOrderRequest: Sendable {
    let order: OrderRequest
    let key: String

    static func read(
        _ value: JSONValue, pointer: String, types: Set<TransactionTypeCode>
    ) -> Result<KeyedOrderRequest, Problem> {
        var fields = JSONFields(value, pointer: pointer)
        let key = fields.requiredString("idempotencyKey", bytes: 1...IdempotencyKey.bytesMax)
        if let key, !IdempotencyKey.isVisible(key) {
            fields.add("idempotencyKey", .invalidText, "Visible ASCII characters are expected.")
        }
        let order = OrderRequest(&fields, types: types)
        let faults = fields.finish()
        guard let key, let order, faults.isEmpty else {
            return .failure(Problem.validation(faults))
        }
        return .success(KeyedOrderRequest(order: order, key: key))
    }
}
