import BankCore
import BankStorage
import Ledger
import Logging
import Mongo
import ServiceKit

/// Statements, wired together: the routes, and the worker that makes the long ones.
struct BankStatements {
    let worker: StatementWorker
    private let settings: BankSettings
    private let accounts: MongoAccounts
    private let maker: StatementMaker
    private let store: MongoStatements
    private let identifiers: IdentifierGenerator
    private let types: KnownTypes

    init(
        _ settings: BankSettings, database: MongoDatabase, clock: WallClock,
        identifiers: IdentifierGenerator, logger: Logger
    ) {
        self.settings = settings
        self.identifiers = identifiers
        types = KnownTypes(store: MongoCatalogue(database, identifiers: identifiers))
        accounts = MongoAccounts(database)
        store = MongoStatements(database, clock: clock, identifiers: identifiers)
        maker = StatementMaker(
            histories: MongoTransactions(database), proof: MongoProof(database), clock: clock)
        worker = StatementWorker(
            store: store, accounts: accounts, maker: maker, clock: clock,
            identifiers: identifiers, logger: logger)
    }

    func controller(gate: any LedgerGate) -> StatementsController {
        StatementsController(
            accounts: Accounts(
                gate: gate, reader: accounts, policy: AccountPolicy(settings),
                identifiers: identifiers, types: types),
            maker: maker, store: store, identifiers: identifiers)
    }
}
