/// Numbers as people read them.
package enum Figures {
    /// `1,234,567`
    package static func grouped(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `12.345` with at most three decimals; source of rounding: to nearest, half away from zero.
    package static func decimal(_ value: Double, places: Int = 3) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "0" }
        var scale = 1
        for _ in 0..<min(max(places, 0), 3) { scale *= 10 }
        let scaled = Int64((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard scale > 1 else { return "\(sign)\(scaled)" }
        let fraction = String(Int64(scale) + scaled % Int64(scale)).dropFirst()
        return "\(sign)\(scaled / Int64(scale)).\(fraction)"
    }

    /// Microseconds as `850 µs`, `3.2 ms` or `1.25 s`.
    package static func duration(microseconds: UInt64) -> String {
        switch microseconds {
        case ..<1000: "\(microseconds) µs"
        case ..<1_000_000: "\(decimal(Double(microseconds) / 1e3, places: 1)) ms"
        default: "\(decimal(Double(microseconds) / 1e6, places: 2)) s"
        }
    }
}
