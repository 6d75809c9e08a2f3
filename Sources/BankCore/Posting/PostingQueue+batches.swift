import Ledger

extension PostingQueue {
    /// Puts the entries in flight.
    mutating func begin(_ entries: [PostingEntry<Waiter>]) -> Batch {
        let batch = Batch(id: makeID(), commands: entries.map(\.command))
        for entry in entries { claimed.formUnion(entry.claims) }
        inFlight[batch.id] = entries
        return batch
    }

    /// A batch has its results, in the order of its commands; `took` is how long its commit took.
    package mutating func finish(
        _ id: Int, _ results: [PostingResult], took: Duration
    ) -> Next {
        var next = Next()
        guard let entries = inFlight.removeValue(forKey: id) else { return next }
        next.answers.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            let result = index < results.count ? results[index] : .failure(.outcomeUnknown)
            claimed.subtract(entry.claims)
            answer(entry, result, &next.answers)
        }
        learn(took)
        while let batch = takeBatch() { next.batches.append(batch) }
        return next
    }

    /// The next batch, when a lane is free and some command may go.
    private mutating func takeBatch() -> Batch? {
        guard inFlight.count < limits.lanes else { return nil }
        var entries = ordinary.take(
            ordinaryShare, claimed: claimed, passedOverMax: limits.passedOverMax)
        entries += bulk.take(
            limits.batchCommandsMax - entries.count, claimed: claimed,
            passedOverMax: limits.passedOverMax)
        return entries.isEmpty ? nil : begin(entries)
    }

    /// Tells the result to who waits for it.
    func answerOwn(
        _ entry: PostingEntry<Waiter>, _ result: PostingResult, _ answers: inout [Answer]
    ) {
        if let waiter = entry.waiter { answers.append(Answer(waiter: waiter, result: result)) }
    }

    /// The same, and the followers of the command's key learn it too.
    mutating func answer(
        _ entry: PostingEntry<Waiter>, _ result: PostingResult, _ answers: inout [Answer]
    ) {
        answerOwn(entry, result, &answers)
        guard let scope = entry.scope, let key = running.removeValue(forKey: scope),
            !key.followers.isEmpty
        else { return }
        followersWaiting -= key.followers.count
        for follower in key.followers.values {
            answers.append(Answer(waiter: follower, result: result.asReplay))
        }
    }

    /// An exponential moving average over about five commits.
    private mutating func learn(_ took: Duration) {
        commitTimeExpected =
            commitTimeExpected == .zero ? took : (commitTimeExpected * 4 + took) / 5
    }
}

extension PostingResult {
    /// The same for a request that came second with the same key.
    fileprivate var asReplay: Self {
        if case .success(.recorded(let entry, _)) = self {
            .success(.recorded(entry, replayed: true))
        } else {
            self
        }
    }
}
