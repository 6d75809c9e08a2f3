import BankTesting
import ServiceKit
import Testing

@Suite struct InMemoryIdentityContractTests {
    @Test(arguments: IdentityContract.checks)
    func `the stores in memory keep the contract of identity`(
        check: IdentityCheck
    ) async throws {
        let sessions = InMemorySessions(clock: .system)
        try await check.run(
            IdentityUnderTest(
                sessions: sessions, revocations: sessions,
                limits: InMemoryLoginLimits(clock: .system)))
    }
}
