import DequeModule
import Ledger

extension PostingQueue {
    /// Answers whose time is up: what still waits was not done (`unavailable`), of what is in
    /// flight nobody knows yet (`outcomeUnknown`; it keeps its claims and its key until it ends),
    /// and who followed a running key is told that it still runs.
    package mutating func expire(at now: Instant) -> [Answer] {
        var answers: [Answer] = []
        for entry in ordinary.takeExpired(at: now) + bulk.takeExpired(at: now) {
            answer(entry, .failure(.unavailable), &answers)
        }
        for (id, entries) in inFlight where entries.contains(where: { $0.isDue(at: now) }) {
            inFlight[id] = entries.map { giveUp($0, where: $0.isDue(at: now), &answers) }
        }
        expireFollowers(at: now, &answers)
        return answers
    }

    /// Answers everybody: the engine ends without waiting. Nothing is accepted any more.
    package mutating func abandon() -> [Answer] {
        isOpen = false
        var answers: [Answer] = []
        for entry in ordinary.takeAll() + bulk.takeAll() {
            answer(entry, .failure(.unavailable), &answers)
        }
        for (id, entries) in inFlight {
            for entry in entries { answer(entry, .failure(.outcomeUnknown), &answers) }
            inFlight[id] = entries.map { entry in
                var entry = entry
                entry.waiter = nil
                return entry
            }
        }
        followers = []
        return answers
    }

    private func giveUp(
        _ entry: PostingEntry<Waiter>, where isDue: Bool, _ answers: inout [Answer]
    ) -> PostingEntry<Waiter> {
        guard isDue else { return entry }
        answerOwn(entry, .failure(.outcomeUnknown), &answers)
        var entry = entry
        entry.waiter = nil
        return entry
    }

    private mutating func expireFollowers(at now: Instant, _ answers: inout [Answer]) {
        while let first = followers.first, first.deadline <= now {
            followers.removeFirst()
            guard let waiter = running[first.scope]?.followers.removeValue(forKey: first.id)
            else { continue }
            followersWaiting -= 1
            answers.append(Answer(waiter: waiter, result: .failure(.requestInProgress)))
        }
    }
}

extension PostingEntry {
    fileprivate func isDue(at now: ContinuousClock.Instant) -> Bool {
        waiter != nil && deadline <= now
    }
}
