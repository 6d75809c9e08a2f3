package import BankCore
package import Ledger
import Synchronization

/// The bank's storage without a database: the same rules, the same answers, nothing durable.
///
/// One contract suite holds it and the store on MongoDB to the same behaviour.
package final class InMemoryLedger: LedgerStore, AccountReader, TransactionReader {
    package struct State: Sendable {
        package var accounts: [AccountID: Account] = [:]
        package var customers: [CustomerID: Customer] = [:]
        package var holders: [CustomerID: Holder] = [:]
        package var transactions: [TransactionID: Transaction] = [:]
        package var holds: [HoldID: Hold] = [:]
        package var notices: [Notice] = []
        package var catalogue = Catalogue.builtIn
        var identities: Set<CustomerIdentity> = []
        var recorded: [IdempotencyScope: TransactionID] = [:]
    }

    let state: Mutex<State>
    let sessions = Mutex<InMemorySessions?>(nil)
    let factors = Mutex<InMemoryTwoFactors?>(nil)
    private let clock: WallClock

    /// - Parameter accounts: how the bank begins; their owners are made as far as needed.
    package init(accounts: [Account] = [], clock: WallClock = WallClock { .sample }) {
        var state = State()
        for account in accounts { state.begin(with: account) }
        self.state = Mutex(state)
        self.clock = clock
    }

    package var snapshot: State { state.withLock { $0 } }

    /// Changes the state behind the bank's back.
    package func tamper(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    package func commit(
        _ commands: [LedgerCommand]
    ) async throws(StoreError) -> [LedgerOutcome] {
        let (outcomes, updates) = state.withLock { state in
            var batch = batch(for: LedgerNeeds(of: commands), in: state)
            let outcomes = batch.decide(commands)
            state.apply(batch)
            return (outcomes, batch.customerUpdates)
        }
        let sessions = sessions.withLock { $0 }
        let factors = factors.withLock { $0 }
        for (id, update) in updates {
            guard let end = update.end else { continue }
            sessions?.end(end, of: id)
            factors?.end(end, of: id)
        }
        return outcomes
    }

    package func preview(
        _ command: LedgerCommand
    ) async throws(StoreError) -> LedgerOutcome {
        state.withLock { state in
            var batch = batch(for: LedgerNeeds(of: [command]), in: state)
            return batch.decide(command)
        }
    }

    private func batch(for needs: LedgerNeeds, in state: State) -> LedgerBatch {
        LedgerBatch(
            book: state.book(for: needs),
            known: needs.wholeCustomerIDs.compactMap { state.customers[$0] },
            taken: state.identities, at: clock.now,
            identifiers: IdentifierGenerator(clock: clock))
    }

    package func account(
        _ reference: AccountReference
    ) async throws(StoreError) -> Account? {
        state.withLock { $0.account(reference) }
    }

    package func accounts(
        _ filter: AccountFilter, _ page: PageRequest<AccountID>
    ) async throws(StoreError) -> Page<Account> {
        let found = state.withLock { state in
            state.accounts.values.filter(filter.matches).sorted { $0.id < $1.id }
        }
        return found.page(page) { after in { $0.id > after } }
    }

    package func transaction(
        _ id: TransactionID
    ) async throws(StoreError) -> Transaction? {
        state.withLock { $0.transactions[id] }
    }

    package func transactions(
        _ filter: TransactionFilter, _ page: PageRequest<TransactionID>
    ) async throws(StoreError) -> Page<Transaction> {
        let found = state.withLock { state in
            state.transactions.values.filter(filter.matches).sorted { $0.id > $1.id }
        }
        return found.page(page) { after in { $0.id < after } }
    }
}

extension InMemoryLedger.State {
    mutating func begin(with account: Account) {
        accounts[account.id] = account
        guard let owner = account.customerID else { return }
        holders[owner, default: Holder(id: owner, name: account.holderName)].openAccounts += 1
    }

    func account(_ reference: AccountReference) -> Account? {
        switch reference {
        case .id(let id): accounts[id]
        case .number(let number): accounts.values.first { $0.number == number }
        case .cash(let currency): accounts[.cash(currency)]
        }
    }

    func book(for needs: LedgerNeeds) -> Book {
        let byNumber =
            needs.accountNumbers.isEmpty
            ? []
            : accounts.values.filter {
                needs.accountNumbers.contains($0.number) && !needs.accountIDs.contains($0.id)
            }
        let byCustomer =
            needs.wholeCustomerIDs.isEmpty
            ? []
            : accounts.values.filter { account in
                account.customerID.map { needs.wholeCustomerIDs.contains($0) } == true
                    && account.status != .closed
            }
        return Book(
            accounts: needs.accountIDs.compactMap { accounts[$0] } + byNumber + byCustomer,
            holders: needs.customerIDs.compactMap { holders[$0] },
            recorded: needs.keys.compactMap { recorded[$0] }.compactMap { transactions[$0] },
            parents: needs.parentIDs.compactMap { transactions[$0] },
            references: used(needs.references), catalogue: catalogue)
    }

    private func used(_ references: Set<ReferenceScope>) -> Set<ReferenceScope> {
        guard !references.isEmpty else { return [] }
        return references.intersection(transactions.values.compactMap(ReferenceScope.init(of:)))
    }

    mutating func apply(_ batch: LedgerBatch) {
        let changes = batch.book.changes
        for (id, account) in batch.book.accounts { accounts[id] = account }
        for id in changes.enrolled { holders[id] = batch.book.holders[id] }
        for (id, difference) in changes.openAccounts { holders[id]?.openAccounts += difference }
        for customer in batch.customers {
            customers[customer.id] = customer
            identities.formUnion(customer.identities)
        }
        for (id, update) in batch.customerUpdates {
            if let before = customers[id] { identities.subtract(before.identities) }
            customers[id] = update.after
            identities.formUnion(update.after.identities)
            holders[id]?.name = update.after.name
            holders[id]?.isClosed = update.after.status == .closed
        }
        for entry in changes.transactions {
            transactions[entry.id] = entry
            if let scope = IdempotencyScope(of: entry) { recorded[scope] = entry.id }
        }
        for (id, ending) in changes.endings { transactions[id]?.ending = ending }
        for hold in changes.transactions.compactMap(Hold.init) { holds[hold.id] = hold }
        for settlement in changes.transactions.compactMap(Settlement.init) {
            holds[settlement.hold]?.settle(settlement)
        }
        notices += batch.notices
    }
}

extension AccountFilter {
    fileprivate func matches(_ account: Account) -> Bool {
        account.customerID != nil
            && customerID.map { $0 == account.customerID } != false
            && number.map { $0 == account.number } != false
            && type.map { $0 == account.type } != false
            && currency.map { $0 == account.currency } != false
            && status.map { $0 == account.status } != false
    }
}

extension Array where Element: Sendable {
    /// The part that `page` asks for, of a sorted list.
    func page<Position>(
        _ page: PageRequest<Position>, isBehind: (Position) -> (Element) -> Bool
    ) -> Page<Element> {
        let rest = page.after.map { filter(isBehind($0)) } ?? self
        return Page(items: Array(rest.prefix(page.limit)), hasMore: rest.count > page.limit)
    }
}
