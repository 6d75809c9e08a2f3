import Ledger

/// What the dumb bank knows of types: it looks through all of them every time.
extension DumbBank {
    private func type(_ order: Order) -> TransactionType? {
        types.transactionTypes.values.first { $0.code.rawValue == order.type.rawValue }
    }

    private func type(_ row: Row) -> AccountType? {
        types.accountTypes.values.first {
            row.owner != nil && $0.code.rawValue == row.type.rawValue
        }
    }

    func typesForbid(_ order: Order, _ from: Row, _ to: Row) -> Bool {
        guard let type = type(order) else { return true }
        if type.status == .inactive && fault != .oldTypesPass { return true }
        for rule in type.rules {
            let forbidsDebit = !rule.debitAllowed && fault != .debitRulesIgnored
            let forbidsCredit = !rule.creditAllowed && fault != .creditRulesIgnored
            if forbidsDebit && rule.accountType.rawValue == from.type.rawValue { return true }
            if forbidsCredit && rule.accountType.rawValue == to.type.rawValue { return true }
        }
        return false
    }

    func minima(_ order: Order, _ from: Row, _ to: Row) -> [Int128] {
        var minima: [Int64?] = []
        if fault != .typeMinimumIgnored { minima.append(type(order)?.amounts.minimum) }
        if fault != .accountTypeMinimumIgnored {
            minima += [type(from)?.amounts.minimum, type(to)?.amounts.minimum]
        }
        return minima.compactMap { limit in limit.map { Int128($0) } }
    }

    func maxima(_ order: Order, _ from: Row, _ to: Row) -> [Int128] {
        var maxima = [type(order)?.amounts.maximum]
        if fault == .typeMaximumOffByOne { maxima = maxima.map { $0.map { $0 - 1 } } }
        if fault != .accountTypeMaximumIgnored {
            maxima += [type(from)?.amounts.maximum, type(to)?.amounts.maximum]
        }
        return maxima.compactMap { limit in limit.map { Int128($0) } }
    }

    func dailyLimit(_ row: Row) -> Int64? {
        switch fault {
        case .typeDailyIgnored: row.dailyLimit
        case .typeDailyGoesFirst: type(row)?.dailyDebitLimit ?? row.dailyLimit
        default: row.dailyLimit ?? type(row)?.dailyDebitLimit
        }
    }

    func mayOverdraw(_ row: Row) -> Bool {
        fault == .overdraftForAll || type(row)?.overdraftAllowed != false
    }
}
