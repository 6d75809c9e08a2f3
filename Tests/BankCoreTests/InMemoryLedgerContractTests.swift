import BankTesting
import Ledger
import ServiceKit
import Testing

@Suite struct InMemoryLedgerContractTests {
    @Test(arguments: LedgerContract.checks)
    func `the store in memory keeps the contract of all stores`(
        check: ContractCheck
    ) async throws {
        let ledger = InMemoryLedger(
            accounts: Currency.all.map { Account.cash($0, at: .sample) }, clock: .system)
        try await check.run(
            BankUnderTest(
                store: ledger, accounts: ledger, transactions: ledger, holds: ledger,
                types: ledger))
    }
}
