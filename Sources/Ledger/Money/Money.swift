/// An amount of one currency in minor units (cents, haléř, yen).
///
/// Arithmetic is checked: what would overflow or mix currencies throws ``MoneyError``.
package struct Money: Hashable, Sendable {
    package let minorUnits: Int64
    package let currency: Currency

    /// The largest amount, and the largest balance of a customer's account: 2^53 − 1, the
    /// largest integer that every JSON reader keeps exactly (RFC 8259 section 6).
    package static let minorUnitsMax: Int64 = 9_007_199_254_740_991

    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }
}

package enum MoneyError: Error, Equatable {
    case overflow
    case currencyMismatch
}

extension Money {
    package static func + (left: Money, right: Money) throws(MoneyError) -> Money {
        guard left.currency == right.currency else { throw .currencyMismatch }
        return Money(
            minorUnits: try left.minorUnits.adding(right.minorUnits), currency: left.currency)
    }

    package static func - (left: Money, right: Money) throws(MoneyError) -> Money {
        guard left.currency == right.currency else { throw .currencyMismatch }
        return Money(
            minorUnits: try left.minorUnits.subtracting(right.minorUnits),
            currency: left.currency)
    }
}

extension Int64 {
    package func adding(_ other: Int64) throws(MoneyError) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw .overflow }
        return sum
    }

    package func subtracting(_ other: Int64) throws(MoneyError) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard !overflow else { throw .overflow }
        return difference
    }
}
