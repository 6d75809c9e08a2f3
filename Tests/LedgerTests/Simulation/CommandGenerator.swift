import Ledger

/// Random commands, near the borders more often than not.
struct CommandGenerator {
    var random: SplitMix64
    private var now = World.start
    private var count: UInt64 = 0
    private var keys: [Idempotency] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// - Parameter book: the ledger as it stands, to aim at its borders.
    mutating func next(for book: Book) -> Command {
        count += 1
        let step: Int64 = random.chance(4) ? 86_400_000 : Int64(random.below(1_000))
        now = Timestamp(milliseconds: now.milliseconds + step)
        return switch random.below(100) {
        case 0..<64: .order(order(for: book), at: now)
        case 64..<79: .order(undoing(in: book), at: now)
        case 79..<86: .order(settling(in: book), at: now)
        case 86..<88: .types(World.catalogues[random.pick([0, 0, 1, 2])])
        case 88..<91: .open(newAccount(), accountsMax: random.pick([nil, 2, 3, 4]))
        default: .change(changed(in: book), change(), by: initiator(), at: now)
        }
    }

    private mutating func order(for book: Book) -> Order {
        let type =
            random.chance(95)
            ? random.pick([
                .deposit, .deposit, .deposit, .withdrawal, .transfer, .transfer, .transfer,
                .purchase, .purchase, .hold, .hold, .hold, World.own,
            ]) : random.pick([World.old, TransactionTypeCode(rawValue: "none")])
        let isStraight = random.chance(85)
        let cash = AccountReference.cash(random.chance(80) ? World.usd : World.jpy)
        let from = type == .deposit && isStraight ? cash : payer(in: book)
        let to =
            switch type {
            case .withdrawal where isStraight: cash
            case .purchase where isStraight: AccountReference.id(World.account(3).id)
            default: reference(in: book)
            }
        let currency =
            random.chance(90) ? book.account(from)?.currency ?? World.usd : World.jpy
        let amount =
            typeLimit(of: type, book.account(from), book.account(to), by: book.catalogue)
            ?? amount(from: book.account(from), to: book.account(to), by: book.catalogue)
        var order = Order(
            id: TransactionID(high: 0x7002, low: count), type: type, from: from, to: to,
            amount: Money(minorUnits: amount, currency: currency),
            initiator: initiator(for: book.account(type == .deposit ? to : from)),
            requestID: "req", idempotency: idempotency(),
            details: Details(
                externalReference: random.chance(20) ? random.pick(["A", "B"]) : nil),
            receivedAt: now)
        if type == .hold { order.holdSeconds = random.pick([0, 1, 900, .max, .max, .max]) }
        return order
    }

    /// Gives something back that was recorded before, refused ones too, or nothing at all.
    private mutating func undoing(in book: Book) -> Order {
        let type = random.pick([TransactionTypeCode.reversal, .cancellation])
        let purchases = book.changes.transactions.filter {
            $0.type == .purchase && $0.refusal == nil
        }
        let candidates =
            purchases.isEmpty || random.chance(50) ? book.changes.transactions : purchases
        let recent = candidates.suffix(4)
        let parent = recent.isEmpty ? nil : random.pick(Array(recent))
        let isKnown = parent != nil && random.chance(97)
        let side = random.pick([parent?.from, parent?.from, parent?.to])?.accountID
        let initiator = initiator(for: side.flatMap { book.accounts[$0] })
        let id = TransactionID(high: 0x7002, low: count)
        let idempotency = idempotency()
        let seconds = random.pick([Int64(0), 0, 0, 1, 900, .max])
        if let parent, isKnown,
            let order = Order(
                undoing: parent, as: type, id: id, initiator: initiator, requestID: "req",
                idempotency: idempotency, receivedAt: now, cancellationSeconds: seconds)
        {
            return order
        }
        return Order(
            id: id, type: type, from: reference(in: book), to: reference(in: book),
            amount: Money(minorUnits: 1, currency: World.usd), initiator: initiator,
            requestID: "req", idempotency: idempotency,
            parent: isKnown ? parent?.id : TransactionID(high: 0x7002, low: .max),
            receivedAt: now)
    }

    /// Settles a hold of the last few, in time or not, as it may be or not.
    private mutating func settling(in book: Book) -> Order {
        let entries = book.changes.transactions
        let all = entries.filter { Hold($0) != nil }
        let open = all.filter { book.changes.endings[$0.id] == nil }
        let holds = (open.isEmpty || random.chance(20) ? all : open).suffix(4)
        guard !holds.isEmpty, random.chance(99) else { return undoing(in: book) }
        let entry = random.pick(Array(holds))
        guard let hold = Hold(entry) else { return undoing(in: book) }
        let isBanks = random.chance(hold.expiresAt <= now ? 60 : 5)
        let held = hold.amount.minorUnits
        let amount = random.pick([1, held, held &- 1, held &+ 1, held &+ 1, held &+ 1, held / 2])
        let receiver = hold.to.accountID.flatMap { book.accounts[$0] }
        let bank = Initiator(customerID: CustomerID(high: 0, low: 0), authority: .bank)
        let people = initiator(for: random.chance(80) ? receiver : nil)
        let isCapture = random.chance(isBanks ? 5 : 65)
        return Order(
            settling: hold, as: isCapture ? .capture : .release,
            amount: isCapture && amount > 0 ? amount : nil,
            id: TransactionID(high: 0x7002, low: count), initiator: isBanks ? bank : people,
            requestID: "req", idempotency: idempotency(), receivedAt: now)
    }

    /// At one of the borders that types draw, now and then; nil if there is none.
    private mutating func typeLimit(
        of type: TransactionTypeCode, _ from: Account?, _ to: Account?, by catalogue: Catalogue
    ) -> Int64? {
        let limits = [
            catalogue.transactionTypes[type]?.amounts,
            from.flatMap { catalogue.accountTypes[$0.type]?.amounts },
            to.flatMap { catalogue.accountTypes[$0.type]?.amounts },
        ]
        let borders = limits.flatMap { [$0?.minimum, $0?.maximum] }.compactMap { $0 }
        guard !borders.isEmpty, random.chance(40) else { return nil }
        return random.pick(borders) + Int64(random.below(3)) - 1
    }

    private mutating func amount(
        from: Account?, to: Account?, by catalogue: Catalogue
    ) -> Int64 {
        let available = from?.available ?? 0
        let room = Money.minorUnitsMax.subtractingReportingOverflow(to?.posted ?? 0).partialValue
        if let room = dailyRoom(of: from, by: catalogue), available > room, random.chance(50) {
            return random.pick([room, room &+ 1])
        }
        return switch random.below(24) {
        case 0: random.pick([0, -1, .min, .max])
        case 1: random.pick([Money.minorUnitsMax, Money.minorUnitsMax + 1])
        case 2, 3, 4: available
        case 5, 6: available &+ 1
        case 7: available &- 1
        case 8: room
        case 9: room &+ 1
        default: Int64(1 + random.below(1_000))
        }
    }

    /// What the account may still spend today, if it has a daily limit.
    private func dailyRoom(of account: Account?, by catalogue: Catalogue) -> Int64? {
        guard let account,
            let limit = account.dailyDebitLimit
                ?? catalogue.accountTypes[account.type]?.dailyDebitLimit
        else { return nil }
        return limit &- (account.debits.day == now.day ? account.debits.minorUnits : 0)
    }

    /// Rather often one whose debits of a day are limited.
    private mutating func payer(in book: Book) -> AccountReference {
        let limited = book.accounts.values.filter { $0.dailyDebitLimit != nil }.map(\.id)
        guard !limited.isEmpty, random.chance(45) else { return reference(in: book) }
        return .id(random.pick(limited.sorted()))
    }

    private mutating func reference(in book: Book) -> AccountReference {
        let id = someAccount(in: book)
        guard random.chance(50), let account = book.accounts[id] else { return .id(id) }
        return .number(account.number)
    }

    private mutating func someAccount(in book: Book) -> AccountID {
        switch random.below(40) {
        case 0: AccountID(high: 0x7FFF, low: 1)
        case 1: .cash(World.usd)
        case 2..<8: AccountID(high: 0x7001, low: UInt64(random.below(10)))
        default: random.pick(book.accounts.keys.filter { $0.high == 0x7001 }.sorted())
        }
    }

    /// Rather often one whose money is on hold with nothing else on it.
    private mutating func changed(in book: Book) -> AccountID {
        let holding = book.accounts.values.filter { $0.posted == 0 && $0.held > 0 }.map(\.id)
        guard !holding.isEmpty, random.chance(50) else { return someAccount(in: book) }
        return random.pick(holding.sorted())
    }

    private mutating func initiator(for account: Account? = nil) -> Initiator {
        switch random.below(10) {
        case 0: World.owner(World.stranger)
        case 1, 2: World.staff
        case 3: World.owner(random.pick(World.customers))
        default: account?.customerID.map(World.owner) ?? World.staff
        }
    }

    private mutating func idempotency() -> Idempotency? {
        switch random.below(20) {
        case 0: return nil
        case 1 where !keys.isEmpty: return random.pick(keys)
        case 2 where !keys.isEmpty:
            return Idempotency(key: random.pick(keys).key, digest: [UInt8(random.below(256))])
        default:
            keys.append(Idempotency(key: "key-\(count)", digest: [1, 2]))
            return keys.last
        }
    }

    private mutating func newAccount() -> Account {
        let index = random.below(10)
        return World.account(
            index, currency: random.chance(80) ? World.usd : World.jpy,
            owner: random.chance(10) ? World.stranger : nil,
            type: random.pick([.personal, .saving, .merchant]))
    }

    private static let limits: [Int64?] = [0, 1, 1_000, Money.minorUnitsMax, -1, .max]

    private mutating func change() -> AccountChange {
        switch random.below(11) {
        case 0, 1, 2: .close
        case 3: .description("text")
        case 4, 5, 6:
            .limits(
                AccountLimits(
                    overdraft: random.pick(Self.limits + [nil]),
                    dailyDebit: random.pick(Self.limits + [nil, nil, nil])))
        case 7: .status(.closed, reason: "")
        case 8: .status(random.pick([.frozen, .dormant]), reason: "")
        default: .status(.active, reason: "")
        }
    }
}
