import BankStorage
import BankTesting
import Ledger
import Mongo
import ServiceKit
import Testing

extension MongoDatabase {
    /// The whole storage on this database.
    var bank: BankUnderTest {
        let identifiers = IdentifierGenerator(clock: .system)
        return BankUnderTest(
            store: MongoLedgerStore(self, clock: .system, identifiers: identifiers),
            accounts: MongoAccounts(self), transactions: MongoTransactions(self),
            holds: MongoHolds(self),
            types: MongoCatalogue(self, identifiers: identifiers))
    }
}

@Suite struct StoreContractTests {
    @Test func `the store on MongoDB keeps the contract of all stores`() async throws {
        try await withDatabase { database in
            for check in LedgerContract.checks {
                await #expect(throws: Never.self, "\(check)") {
                    try await check.run(database.bank)
                }
            }
            let report = try await MongoVerification(database).verify()
            #expect(report.isClean, "\(report.findings)")
            #expect(report.transactions > 40)
        }
    }
}
