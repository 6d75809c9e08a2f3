import Ledger

/// All movements of a file by account, with what each account needs and must come to.
package struct ReplayPlan: Sendable {
    package struct Account: Hashable, Sendable {
        /// As the file calls it.
        package let name: String
        /// Indices of its movements, in the order of the file.
        package fileprivate(set) var movements: [Int32] = []
        /// What the balance must be at the end, minor units: the exact oracle.
        package fileprivate(set) var sum: Int64 = 0
        /// The lowest running sum, at most 0: the overdraft it needs.
        package fileprivate(set) var lowest: Int64 = 0
        /// The file's own balances of the account's last day. Rows of one day may stand in
        /// another order than the bank booked them: any of them may be the closing balance.
        package fileprivate(set) var closing: [Int64] = []
        fileprivate var lastDay: Substring = ""

        package var overdraft: Int64 { -lowest }

        /// How far the sum is from the file's own closing balance; nil if the file has none.
        package var distanceFromFile: Int64? {
            closing.map { Int64(clamping: ($0 - sum).magnitude) }.min()
        }
    }

    package static let movementsMax = 5_000_000
    package static let faultsShown = 20

    package private(set) var accounts: [Account] = []
    package private(set) var movements: [Movement] = []

    fileprivate init() {}
}

/// Reads records into a plan. All faults are collected: nothing moves while there is one.
package struct ReplayPlanReader: Sendable {
    package private(set) var faults: [MovementFault] = []
    package private(set) var faultCount = 0

    private let options: ColumnOptions
    private var places: ColumnPlaces?
    private var plan = ReplayPlan()
    private var indices: [String: Int32] = [:]
    private var ids: Set<String> = []
    /// Kinds repeat: one copy of each.
    private var kinds: [String: String] = [:]

    package init(options: ColumnOptions) { self.options = options }

    /// Takes in the header, then the rows.
    ///
    /// Throws only what makes reading on useless; a bad row is noted.
    package mutating func take(_ record: CSVRecord) throws(MovementFault) {
        guard let places else {
            places = try ColumnPlaces(header: record, options: options)
            return
        }
        guard plan.movements.count < ReplayPlan.movementsMax else {
            throw MovementFault(
                line: record.line, reason: "more than \(ReplayPlan.movementsMax) movements")
        }
        do { try plan.add(row(record, places)) } catch { note(error) }
    }

    /// The plan; nil when rows were bad or there were none.
    package mutating func finish() -> ReplayPlan? {
        if faultCount == 0, plan.movements.isEmpty {
            note(MovementFault(line: 1, reason: "the file has no movements"))
        }
        return faultCount == 0 ? plan : nil
    }

    private mutating func note(_ fault: MovementFault) {
        faultCount += 1
        if faults.count < ReplayPlan.faultsShown { faults.append(fault) }
    }

    private mutating func row(
        _ record: CSVRecord, _ places: ColumnPlaces
    ) throws(MovementFault) -> (movement: Movement, account: String, balance: Int64?) {
        let fields = record.fields
        func fault(_ reason: String) -> MovementFault {
            MovementFault(line: record.line, reason: reason)
        }
        guard fields.count == places.count else {
            throw fault("\(fields.count) fields, the header has \(places.count)")
        }
        guard let line = Int32(exactly: record.line) else { throw fault("too many lines") }
        let id = fields[places.id]
        guard Self.isKeyText(id) else {
            throw fault("the id is not 1 to \(Movement.idBytesMax) visible ASCII characters")
        }
        let account = fields[places.account]
        guard 1...Movement.accountBytesMax ~= account.utf8.count else {
            throw fault("the account is not 1 to \(Movement.accountBytesMax) bytes")
        }
        let amount = try amount(fields, places, fault)
        let kind = try text(fields, places.kind, Movement.kindBytesMax, "kind", fault)
        let date = try text(fields, places.date, Movement.dateBytesMax, "date", fault)
        if places.date != nil, !Self.isDate(date ?? "") {
            throw fault("the date is not yyyy-mm-dd")
        }
        let balance = try balance(fields, places, fault)
        guard ids.insert(id).inserted else { throw fault("the id \(id) stands twice in the file") }
        let movement = Movement(
            id: id, account: index(of: account), line: line, amount: amount,
            kind: kind.map { interned($0) }, date: date)
        return (movement, account, balance)
    }

    private func amount(
        _ fields: [String], _ places: ColumnPlaces, _ fault: (String) -> MovementFault
    ) throws(MovementFault) -> Int64 {
        guard let amount = AmountText.minorUnits(fields[places.amount], decimals: options.decimals)
        else { throw fault("\"\(fields[places.amount].prefix(40))\" is not an amount") }
        guard amount != 0 else { throw fault("the amount is 0") }
        guard let place = places.direction else { return amount }
        guard amount > 0 else { throw fault("a negative amount beside a direction") }
        switch fields[place] {
        case options.credit: return amount
        case options.debit: return -amount
        default:
            throw fault(
                "\"\(fields[place].prefix(40))\" is neither \(options.credit) nor \(options.debit)")
        }
    }

    private func balance(
        _ fields: [String], _ places: ColumnPlaces, _ fault: (String) -> MovementFault
    ) throws(MovementFault) -> Int64? {
        guard let place = places.balance else { return nil }
        guard let balance = AmountText.minorUnits(fields[place], decimals: options.decimals) else {
            throw fault("\"\(fields[place].prefix(40))\" is not a balance")
        }
        return balance
    }

    private func text(
        _ fields: [String], _ place: Int?, _ bytesMax: Int, _ name: String,
        _ fault: (String) -> MovementFault
    ) throws(MovementFault) -> String? {
        guard let place, !fields[place].isEmpty else { return nil }
        guard fields[place].utf8.count <= bytesMax else {
            throw fault("the \(name) is longer than \(bytesMax) bytes")
        }
        return fields[place]
    }

    private static func isKeyText(_ text: String) -> Bool {
        1...Movement.idBytesMax ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// Begins with four digits, `-`, two digits, `-`, two digits.
    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(10))
        return bytes.count == 10
            && bytes.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7 ? byte == UInt8(ascii: "-") : 0x30...0x39 ~= byte
            }
    }

    private mutating func index(of account: String) -> Int32 {
        if let index = indices[account] { return index }
        let index = Int32(clamping: indices.count)
        indices[account] = index
        return index
    }

    private mutating func interned(_ kind: String) -> String {
        if let known = kinds[kind] { return known }
        kinds[kind] = kind
        return kind
    }
}

extension ReplayPlan {
    fileprivate mutating func add(
        _ row: (movement: Movement, account: String, balance: Int64?)
    ) throws(MovementFault) {
        let (movement, name, balance) = row
        let place = Int(movement.account)
        if place == accounts.count { accounts.append(Account(name: name)) }
        let (sum, overflow) = accounts[place].sum.addingReportingOverflow(movement.amount)
        guard !overflow, sum.magnitude <= Money.minorUnitsMax.magnitude else {
            throw MovementFault(
                line: Int(movement.line), reason: "the sum of account \(name) is too large")
        }
        accounts[place].sum = sum
        accounts[place].lowest = min(accounts[place].lowest, sum)
        accounts[place].movements.append(Int32(clamping: movements.count))
        note(balance, of: movement, in: place)
        movements.append(movement)
    }

    /// Keeps the balances of the last day only; without dates, the last one.
    private mutating func note(_ balance: Int64?, of movement: Movement, in place: Int) {
        guard let balance else { return }
        let day = movement.date?.prefix(10) ?? ""
        if day.isEmpty || day != accounts[place].lastDay { accounts[place].closing = [] }
        accounts[place].lastDay = day
        accounts[place].closing.append(balance)
    }
}
