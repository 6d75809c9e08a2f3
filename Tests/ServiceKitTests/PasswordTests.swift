import ServiceKit
import Testing

@Suite struct PasswordTests {
    private let cheap = ScryptCost(logN: 4, r: 8, p: 1)

    /// Source: RFC 7914 section 12, second test vector.
    @Test func `scrypt is the scrypt of RFC 7914`() throws {
        let hash = try PasswordHash.make(
            Array("password".utf8), cost: ScryptCost(logN: 10, r: 8, p: 16),
            salt: Array("NaCl".utf8))
        let expected: [UInt8] = [
            0xFD, 0xBA, 0xBE, 0x1C, 0x9D, 0x34, 0x72, 0x00, 0x78, 0x56, 0xE7, 0x19, 0x0D, 0x01,
            0xE9,
            0xFE, 0x7C, 0x6A, 0xD7, 0xCB, 0xC8, 0x23, 0x78, 0x30, 0xE7, 0x73, 0x76, 0x63, 0x4B,
            0x37,
            0x31, 0x62,
        ]
        #expect(hash.hash == expected)
    }

    @Test func `a hash is a PHC string that is read back`() async throws {
        let hasher = PasswordHasher(cost: cheap)
        let phc = try await hasher.hash(Secret("correct horse"))
        #expect(phc.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        #expect(PasswordHash(phc: phc)?.phc == phc)
    }

    @Test func `the right password matches and no other`() async throws {
        let hasher = PasswordHasher(cost: cheap)
        let phc = try await hasher.hash(Secret("correct horse"))
        #expect(try await hasher.matches(Secret("correct horse"), phc: phc))
        #expect(try await !hasher.matches(Secret("correct horsf"), phc: phc))
        #expect(try await !hasher.matches(Secret(""), phc: phc))
    }

    @Test func `the same password has another hash each time`() async throws {
        let hasher = PasswordHasher(cost: cheap)
        let (one, other) = (
            try await hasher.hash(Secret("same")), try await hasher.hash(Secret("same"))
        )
        #expect(one != other)
    }

    @Test func `nobody's password is never right`() async throws {
        let hasher = PasswordHasher(cost: cheap)
        #expect(try await !hasher.matches(Secret("anything"), phc: nil))
        #expect(try await !hasher.matches(Secret("anything"), phc: "no hash"))
    }

    @Test(arguments: [
        "", "scrypt", "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHQ$",
        "$argon2id$ln=4,r=8,p=1$c2FsdHNhbHQ$AAAA",
        "$scrypt$ln=99,r=8,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=999999$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4,r=8,p=1$c2Fsd-NhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]) func `what is no bearable PHC string is refused`(text: String) {
        #expect(PasswordHash(phc: text) == nil)
    }

    @Test func `past the queue's end nobody waits`() async throws {
        let hasher = PasswordHasher(
            cost: ScryptCost(logN: 12, r: 8, p: 1), threads: 1, waitingMax: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { (try? await hasher.hash(Secret("flood"))) != nil }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.contains(true) && outcomes.contains(false))
        #expect(try await hasher.hash(Secret("calm again")).isEmpty == false)
    }
}
