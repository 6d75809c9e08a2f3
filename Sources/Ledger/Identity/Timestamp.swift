/// A moment in milliseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 UTC with milliseconds: `2026-01-31T09:30:00.250Z`.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The UTC day, counted from 1970-01-01. Daily limits count these.
    package var day: Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package func advanced(bySeconds seconds: Int64) -> Timestamp {
        let (delta, deltaOverflow) = seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, sumOverflow) = milliseconds.addingReportingOverflow(delta)
        if deltaOverflow || sumOverflow {
            return Timestamp(milliseconds: seconds < 0 ? .min : .max)
        }
        return Timestamp(milliseconds: sum)
    }
}
