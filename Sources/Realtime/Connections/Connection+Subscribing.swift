import Ledger
import NIOCore

/// One account as a connection follows it.
final class Subscription {
    let accountID: AccountID
    var stream = AccountStream<AccountEvent>()
    let wantsTransactions: Bool
    let wantsBalances: Bool
    /// The request that made it: a stream of a replaced subscription gets nothing any more.
    let generation: Int
    /// The account is closed: it is left when all of it has been told.
    var isLeaving = false

    init(_ accountID: AccountID, _ events: Set<PushKind>, generation: Int) {
        self.accountID = accountID
        self.wantsTransactions = events.contains(.transaction)
        self.wantsBalances = events.contains(.balance)
        self.generation = generation
    }
}

extension Connection {
    /// Register first, then read the position, then the data: nothing falls in between.
    func subscribe(_ request: SubscribeRequest) {
        switch request.accounts {
        case .ledger:
            followsLedger = true
            hub.followLedger(self)
            answer(request, positions: [], refused: [])
        case .all:
            guard let customerID = machine.principal?.customerID else { return }
            allRequest = request
            let answer = answerOnLoop { connection, result in
                connection.found(all: result, request)
            }
            context.positions.positions(of: customerID, answer: answer)
        case .some(let accounts):
            found(.success(accounts), request)
        }
    }

    /// Those closed while the client was away have entries that it missed.
    private func found(
        all result: Result<[AccountPosition], RealtimeStoreError>, _ request: SubscribeRequest
    ) {
        let limit = context.limits.subscriptionsMax
        let accounts = result.map { positions in
            let open = positions.map(\.accountID)
            let more = Set(request.positions.keys).subtracting(open)
            return open + more.prefix(max(limit - open.count, 0))
        }
        found(accounts, request)
    }

    private func found(
        _ result: Result<[AccountID], RealtimeStoreError>, _ request: SubscribeRequest
    ) {
        guard case .success(let accounts) = result else { return fail(request, .unavailable) }
        let new = Set(accounts).subtracting(subscriptions.keys)
        guard subscriptions.count + new.count <= context.limits.subscriptionsMax else {
            return fail(request, .tooManySubscriptions)
        }
        for account in accounts { register(account, request.events) }
        guard !accounts.isEmpty else { return answer(request, positions: [], refused: []) }
        askPositions(of: accounts) { connection, result in
            connection.positioned(result, of: accounts, request)
        }
    }

    func register(_ account: AccountID, _ events: Set<PushKind>) {
        hub.generation += 1
        let subscription = Subscription(account, events, generation: hub.generation)
        if subscriptions.updateValue(subscription, forKey: account) != nil {
            hub.unsubscribe(self, account)
        }
        hub.subscribe(self, subscription)
    }

    private func positioned(
        _ result: Result<[AccountPosition], RealtimeStoreError>, of accounts: [AccountID],
        _ request: SubscribeRequest
    ) {
        guard case .success(let found) = result, let principal = machine.principal else {
            for account in accounts { drop(account) }
            return fail(request, .unavailable)
        }
        let isAll = request.accounts == .all
        let allowed = found.filter { position in
            position.customerID == principal.customerID || (principal.role.isStaff && !isAll)
        }
        let refused = Set(accounts).subtracting(allowed.map(\.accountID))
        for account in refused { drop(account) }
        // Nobody asked for more than their own by "all".
        let told = isAll ? [] : accounts.filter(refused.contains)
        answer(request, positions: allowed, refused: told)
    }

    /// `subscribed`, then what was missed, then what was held.
    private func answer(
        _ request: SubscribeRequest, positions: [AccountPosition], refused: [AccountID]
    ) {
        machine.served()
        for account in refused {
            let detail = "There is no account \(account)."
            send(.error(MessageFault(id: request.id, .accountNotFound, detail)))
        }
        start(request, positions)
        transport?.setReading(machine.mayRead)
        flush()
        replayNext()
    }

    private func start(_ request: SubscribeRequest, _ positions: [AccountPosition]) {
        var subscribed: [SubscribedAccount] = []
        var ready: [(Subscription, [AccountEvent])] = []
        for position in positions {
            let account = position.accountID
            let resume = request.positions[account]
            guard let subscription = subscriptions[account] else { continue }
            let started = subscription.stream.start(at: position.seq, resume: resume)
            if resume != nil { context.metrics.resumed(isRecovered: started.isRecovered) }
            subscribed.append(
                SubscribedAccount(position: position, isRecovered: started.isRecovered))
            ready.append((subscription, started.send))
            if subscription.stream.wanted != nil { behind.append(account) }
            if position.isClosed { subscription.isLeaving = true }
        }
        send(.subscribed(id: request.id, subscribed))
        record(subscribed, isResume: !request.positions.isEmpty)
        for (subscription, events) in ready { push(events, subscription, isReplay: false) }
    }

    private func fail(_ request: SubscribeRequest, _ code: MessageFault.Code) {
        if request.accounts == .all { allRequest = nil }
        machine.served()
        let detail =
            code == .unavailable ? "Try again later." : "Too many accounts on one connection."
        send(.error(MessageFault(id: request.id, code, detail)))
        transport?.setReading(machine.mayRead)
        flush()
    }

    func unsubscribe(id: String?, _ accounts: AccountSelection) {
        switch accounts {
        case .ledger:
            followsLedger = false
            hub.leaveLedger(self)
        case .all:
            allRequest = nil
            for account in Array(subscriptions.keys) { drop(account) }
        case .some(let accounts):
            for account in accounts { drop(account) }
        }
        send(.unsubscribed(id: id))
    }

    /// A closed account leaves, once all that the journal has of it is told.
    func closed(_ account: AccountID) {
        guard let generation = subscriptions[account]?.generation else { return }
        askPositions(of: [account]) { connection, result in
            guard let subscription = connection.subscriptions[account],
                subscription.generation == generation
            else { return }
            subscription.isLeaving = true
            if case .success(let positions) = result, let last = positions.first {
                connection.hint(subscription, last.seq)
            }
            connection.leaveIfTold(subscription)
        }
    }

    func leaveIfTold(_ subscription: Subscription) {
        guard subscription.isLeaving, subscription.stream.isLive,
            subscriptions[subscription.accountID] === subscription
        else { return }
        drop(subscription.accountID)
    }

    private func drop(_ account: AccountID) {
        guard subscriptions.removeValue(forKey: account) != nil else { return }
        hub.unsubscribe(self, account)
    }

    /// A new account of the customer joins an "all" subscription by itself.
    func joined(_ account: AccountID) {
        guard let request = allRequest, subscriptions[account] == nil,
            subscriptions.count < context.limits.subscriptionsMax
        else { return }
        register(account, request.events)
        let join = SubscribeRequest(
            id: request.id, accounts: .some([account]), positions: [account: 0],
            events: request.events)
        askPositions(of: [account]) { connection, result in
            guard case .success(let positions) = result, !positions.isEmpty else {
                return connection.drop(account)
            }
            connection.start(join, positions)
            connection.flush()
            connection.replayNext()
        }
    }

    func askPositions(
        of accounts: [AccountID], then: @escaping Answered<[AccountPosition]>
    ) {
        context.positions.positions(accounts, answer: answerOnLoop(then))
    }

    /// What is done with the journal's answer.
    typealias Answered<Answer> =
        @Sendable (Connection, Result<Answer, RealtimeStoreError>) -> Void

    /// Comes back to the loop with an answer.
    private func answerOnLoop<Answer: Sendable>(
        _ then: @escaping Answered<Answer>
    ) -> @Sendable (Result<Answer, RealtimeStoreError>) -> Void {
        let (bound, loop) = (NIOLoopBound(self, eventLoop: hub.loop), hub.loop)
        return { result in loop.execute { then(bound.value, result) } }
    }

    /// Asks the journal away from the loop, and comes back to it.
    func ask<Answer: Sendable>(
        _ question:
            @escaping @Sendable (any JournalReader) async throws(RealtimeStoreError) ->
            Answer,
        then: @escaping Answered<Answer>
    ) {
        let (journal, answer) = (context.journal, answerOnLoop(then))
        let isQueued = context.work.submit {
            do throws(RealtimeStoreError) {
                answer(.success(try await question(journal)))
            } catch {
                answer(.failure(error))
            }
        }
        if !isQueued { answer(.failure(.unavailable)) }
    }
}
