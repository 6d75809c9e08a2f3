/// What one password hash costs (RFC 7914): N = 2^logN blocks of 128·r bytes, p times.
package struct ScryptCost: Hashable, Sendable {
    package let logN: Int
    package let r: Int
    package let p: Int

    package init(logN: Int, r: Int, p: Int) {
        self.logN = logN
        self.r = r
        self.p = p
    }

    /// 16 MiB, five times: about 0.3 s of a core. Source: OWASP Password Storage Cheat Sheet,
    /// scrypt; of its equivalent costs the one that a flood of log-ins fills least memory with.
    package static let recommended = ScryptCost(logN: 14, r: 8, p: 5)

    /// Whether a stored hash may be computed at all: at most 64 MiB and 16 rounds.
    var isBearable: Bool {
        (1...16).contains(logN) && (1...8).contains(r) && (1...16).contains(p)
    }
}
