import BankAPI
package import Ledger

/// An account of the bank that stands for one of the file.
package struct ReplayAccount: Hashable, Sendable {
    package let id: AccountID
    /// Journal entries it had before this run.
    package let seq: Int64
    package let overdraft: Int64

    package init(id: AccountID, seq: Int64, overdraft: Int64) {
        self.id = id
        self.seq = seq
        self.overdraft = overdraft
    }
}

/// Finds the accounts that a former run opened, and opens those that are missing.
///
/// A bank allows a customer a few accounts only: customers are signed up as needed
/// (`replay-<name>-<k>@example.com`), and each gets accounts until the bank says that it is
/// enough. An account is known again by its description, `replay <name> <account>`.
package struct AccountOpening: Sendable {
    private static let workers = 8
    private static let pagesMax = 1_000_000
    private static let customersMax = 1_000_000

    private let bank: BankClient
    private let staff: StaffSession
    private let name: String
    private let currency: String
    private let progress: @Sendable (String) -> Void

    package init(
        bank: BankClient, staff: StaffSession, name: String, currency: String,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.bank = bank
        self.staff = staff
        self.name = name
        self.currency = currency
        self.progress = progress
    }

    private var prefix: String { "replay \(name) " }

    /// The bank's account for each of the plan's, in their order, and how many were opened now.
    package func run(
        _ plan: ReplayPlan
    ) async throws -> (accounts: [ReplayAccount], opened: Int, overdrafts: Int) {
        var (found, customers) = try await existing()
        let missing = plan.accounts.map(\.name).filter { found[$0] == nil }
        if !missing.isEmpty {
            let desk = OpeningDesk(missing: missing, customers: customers)
            try await withThrowingTaskGroup { group in
                // Each opens one after another: so many requests are on their way at once.
                for _ in 0..<Self.workers { group.addTask { try await open(desk) } }
                try await group.waitForAll()
            }
            found.merge(await desk.opened) { _, new in new }
        }
        let accounts = try plan.accounts.map { account in
            guard let known = found[account.name] else {
                throw BankFault.unexpected(
                    "account \(account.name) was not opened", status: 0, code: "")
            }
            return known
        }
        return (accounts, missing.count, try await setOverdrafts(plan, accounts))
    }

    // MARK: Found again

    private func existing() async throws -> ([String: ReplayAccount], Set<String>) {
        var found: [String: ReplayAccount] = [:]
        var customers: Set<String> = []
        var cursor: String?
        for page in 0..<Self.pagesMax {
            let query = "?currency=\(currency)&limit=200" + (cursor.map { "&cursor=\($0)" } ?? "")
            let reply = try await bank.call(
                "GET", "/accounts\(query)", token: staff.token, isRepeatable: true)
            guard reply.status == 200, let data = reply.json["data"]?.array else {
                throw BankFault.unexpected(
                    "list of accounts", status: reply.status, code: reply.code)
            }
            for account in data { note(account, &found, &customers) }
            cursor = reply.json["nextCursor"]?.string
            if cursor == nil || reply.json["hasMore"]?.bool == false { break }
            if page % 10 == 9 { progress("looking for accounts, \(found.count) found") }
        }
        return (found, customers)
    }

    /// Of two with one name (a lost reply of a former run), the one with movements counts.
    private func note(
        _ json: JSONValue, _ found: inout [String: ReplayAccount], _ customers: inout Set<String>
    ) {
        guard let description = json["description"]?.string, description.hasPrefix(prefix),
            let account = Self.account(json)
        else { return }
        if let customer = json["customerId"]?.string { customers.insert(customer) }
        let name = String(description.dropFirst(prefix.count))
        if let known = found[name], (known.seq, account.id) >= (account.seq, known.id) { return }
        found[name] = account
    }

    private static func account(_ json: JSONValue) -> ReplayAccount? {
        guard let id = json["id"]?.string.flatMap({ AccountID($0) }),
            let seq = json["seq"]?.integer
        else { return nil }
        return ReplayAccount(id: id, seq: seq, overdraft: json["overdraftLimit"]?.integer ?? 0)
    }

    // MARK: Opened

    private func open(_ desk: OpeningDesk) async throws {
        while let name = await desk.takeMissing() {
            var customer = await desk.takeCustomer()
            if customer == nil { customer = try await signUp(desk) }
            guard let customer else { return }
            if let account = try await open(name, for: customer) {
                let count = await desk.note(account, name: name, customer: customer)
                if count % 50 == 0 { progress("opening accounts: \(Figures.grouped(count))") }
            } else {
                await desk.putBack(name)
            }
        }
    }

    /// Nil when the customer may have no more accounts.
    private func open(_ name: String, for customer: String) async throws -> ReplayAccount? {
        let body = JSONWriter.bytes {
            $0.object {
                $0.member("customerId", customer)
                $0.member("type", "personal")
                $0.member("currency", currency)
                $0.member("description", prefix + name)
            }
        }
        let reply = try await bank.call(
            "POST", "/accounts", token: staff.token, body: body, isRepeatable: false)
        if reply.status == 201, let account = Self.account(reply.json) { return account }
        if reply.status == 409, reply.code == "account_limit_reached" { return nil }
        throw BankFault.unexpected("opening an account", status: reply.status, code: reply.code)
    }

    private func signUp(_ desk: OpeningDesk) async throws -> String? {
        for _ in 0..<Self.customersMax {
            let number = await desk.nextCustomerNumber()
            let body = JSONWriter.bytes {
                $0.object {
                    $0.member("name", "Replay \(name) \(number)")
                    $0.member("email", "replay-\(name)-\(number)@example.com")
                    $0.member("password", Self.randomPassword())
                }
            }
            let reply = try await bank.call(
                "POST", "/auth/signup", body: body, isRepeatable: true)
            if reply.status == 201, let id = reply.json["customer"]?["id"]?.string { return id }
            // Taken by a former run, whose last account was not opened.
            if reply.status == 409, reply.code == "email_taken" { continue }
            throw BankFault.unexpected("sign-up", status: reply.status, code: reply.code)
        }
        return nil
    }

    /// Nobody logs in as these customers.
    private static func randomPassword() -> String {
        (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    // MARK: Overdrafts

    private func setOverdrafts(
        _ plan: ReplayPlan, _ accounts: [ReplayAccount]
    ) async throws -> Int {
        let short = zip(plan.accounts, accounts).filter { $0.overdraft > $1.overdraft }
        for (planned, account) in short {
            let body = JSONWriter.bytes {
                $0.object { $0.member("overdraftLimit", planned.overdraft) }
            }
            let reply = try await bank.call(
                "PUT", "/accounts/\(account.id)/limits", token: staff.token, body: body,
                isRepeatable: true)
            guard reply.status == 200 else {
                throw BankFault.unexpected(
                    "overdraft of account \(planned.name)", status: reply.status, code: reply.code)
            }
        }
        return short.count
    }
}

/// What the workers of an opening share.
private actor OpeningDesk {
    private var missing: [String]
    private var customers: [String]
    private var numbers = 0
    private(set) var opened: [String: ReplayAccount] = [:]

    init(missing: [String], customers: Set<String>) {
        self.missing = missing.reversed()
        self.customers = Array(customers)
    }

    func takeMissing() -> String? { missing.popLast() }
    func putBack(_ name: String) { missing.append(name) }
    /// A customer who may have room for one more account; the taker gives it back by ``note``.
    func takeCustomer() -> String? { customers.popLast() }

    func nextCustomerNumber() -> Int {
        numbers += 1
        return numbers
    }

    /// The number of accounts opened so far.
    func note(_ account: ReplayAccount, name: String, customer: String) -> Int {
        opened[name] = account
        customers.append(customer)
        return opened.count
    }
}
