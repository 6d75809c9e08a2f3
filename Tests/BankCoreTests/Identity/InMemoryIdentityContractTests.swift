import BankTesting
import ServiceKit
import Testing

@Suite struct InMemoryIdentityContractTests {
    @Test(arguments: IdentityContract.checks)
    func `the stores in memory keep the contract of identity`(
        check: IdentityCheck
    ) async throws {
        let ledger = InMemoryLedger(accounts: [.cash(.usd)], clock: .system)
        let sessions = InMemorySessions(ledger: ledger, clock: .system)
        let factors = InMemoryTwoFactors(ledger: ledger, clock: .system)
        try await check.run(
            IdentityUnderTest(
                bank: BankUnderTest(
                    store: ledger, accounts: ledger, transactions: ledger, holds: ledger,
                    types: ledger),
                directory: ledger, sessions: sessions, revocations: sessions,
                limits: InMemoryGuessLimits(clock: .system),
                factors: factors, challenges: factors, queue: factors))
    }
}
