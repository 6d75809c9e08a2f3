import Realtime

/// Faults that can be planted into a stream, to see that the world finds them.
enum StreamFault: CaseIterable {
    /// What comes twice goes out twice.
    case repeats
    /// A live event goes out though an earlier one is still owed.
    case overtakes
    /// What was held before the position was known is thrown away.
    case forgetsHeld
    /// Registered with the hub only after the position was read.
    case registersLate
    /// A look into the journal that failed is taken for one that still runs.
    case forgetsFailures
    /// Does not take the supervisor's word for how far the journal reaches.
    case deafToHints
    /// Believes a client that says it has what is not there yet.
    case trustsPositions
    /// Keeps what the feed brought while a look failed until something else comes.
    case keepsAfterFailures
}

/// One subscription of one account, and everything around it that can happen in any order: a
/// journal that grows, a feed that loses and repeats events, a client with a position, looks into
/// the journal that take time, fail, and bring as much as they like.
struct StreamWorld: Hashable {
    struct Event: Sequenced, Hashable { let seq: Int64 }

    enum Step: Hashable, CaseIterable {
        case commit, feed, lose, repeatOne, restore, readPosition, start
        case beginFetch, readOne, readAll, answer, fail
    }

    /// What the journal has, and what it will have in the end.
    private var committed: Int64 = 0
    private let finally: Int64
    private let resume: Int64?
    private let fault: StreamFault?
    /// The next seq that the feed hands over.
    private var feedNext: Int64 = 1
    private var lossesLeft: Int
    private var repeatsLeft: Int
    private var failuresLeft: Int
    /// The feed lost something: the supervisor will say how far the journal reaches.
    private var owesRestoring = false
    private var position: Int64?
    private var isStarted = false
    /// A look into the journal on its way, and what it has read.
    private var fetch: AccountStream<Event>.Wanted?
    private var read: [Event]?
    private var stream = AccountStream<Event>()
    /// The seq that must go out next; nil until it is known where the client stands.
    private var next: Int64?
    private(set) var complaint: String?

    init(
        commits: Int64, resume: Int64?, losses: Int = 0, repeats: Int = 0, failures: Int = 0,
        fault: StreamFault? = nil
    ) {
        self.finally = commits
        self.resume = resume
        self.lossesLeft = losses
        self.repeatsLeft = repeats
        self.failuresLeft = failures
        self.fault = fault
    }

    /// What is wrong with a world in which nothing more can happen.
    var complaintAtRest: String? {
        if stream.wanted != nil { return "rests, and wants more" }
        if !stream.isLive { return "rests, and is not live" }
        if next != finally + 1 { return "rests before the end" }
        return nil
    }

    /// Takes the step, if it can be taken now.
    func taking(_ step: Step) -> StreamWorld? {
        var world = self
        guard world.take(step) else { return nil }
        return world
    }

    private mutating func take(_ step: Step) -> Bool {
        switch step {
        case .commit:
            guard committed < finally else { return false }
            committed += 1
        case .feed:
            guard feedNext <= committed else { return false }
            receive(feedNext)
            feedNext += 1
        case .lose:
            guard lossesLeft > 0, feedNext <= committed else { return false }
            lossesLeft -= 1
            feedNext += 1
            owesRestoring = true
        case .repeatOne:
            guard repeatsLeft > 0, feedNext > 1 else { return false }
            repeatsLeft -= 1
            receive(feedNext - 1)
        case .restore:
            guard owesRestoring else { return false }
            owesRestoring = false
            if fault != .deafToHints { stream.hint(committed) }
        case .readPosition:
            guard position == nil else { return false }
            position = committed
        case .start: return start()
        case .beginFetch, .readOne, .readAll, .answer, .fail: return look(step)
        }
        return true
    }

    private mutating func start() -> Bool {
        guard let position, !isStarted else { return false }
        isStarted = true
        let isBelieved = fault == .trustsPositions && (resume ?? 0) > position
        let started = stream.start(
            at: isBelieved ? resume ?? position : position, resume: resume)
        let isRight = resume.map { (0...position).contains($0) } ?? true
        next = (isRight ? resume ?? position : position) + 1
        if started.isRecovered != isRight { complain("recovered: \(started.isRecovered)") }
        send(fault == .forgetsHeld ? [] : started.send)
        return true
    }

    private mutating func receive(_ seq: Int64) {
        let event = Event(seq: seq)
        if fault == .registersLate && !isStarted { return }
        if fault == .repeats, let last = stream.last, seq <= last { return send([event]) }
        let ready = stream.receive(event)
        send(fault == .overtakes && isStarted && ready.isEmpty ? [event] : ready)
    }

    private mutating func look(_ step: Step) -> Bool {
        switch step {
        case .beginFetch:
            guard fetch == nil, let wanted = stream.wanted else { return false }
            stream.fetchBegan()
            fetch = wanted
        case .readOne, .readAll:
            guard let fetch, read == nil else { return false }
            let reach = min(fetch.through, committed)
            let last = step == .readOne ? min(fetch.after + 1, reach) : reach
            guard fetch.after < last else {
                complain("wants what the journal does not have")
                return true
            }
            read = (fetch.after + 1...last).map { Event(seq: $0) }
        case .answer:
            guard let read else { return false }
            let before = stream.last
            send(stream.fetched(read))
            if stream.last == before { complain("a look that brought nothing on") }
            self.fetch = nil
            self.read = nil
        case .fail:
            guard fetch != nil, read == nil, failuresLeft > 0 else { return false }
            failuresLeft -= 1
            fetch = nil
            if fault == .keepsAfterFailures {
                // As if nothing had been held; whether something was shows at rest.
                var former = stream
                send(former.fetchFailed().isEmpty ? stream.fetchFailed() : [])
            } else if fault != .forgetsFailures {
                send(stream.fetchFailed())
            }
        default: return false
        }
        return true
    }

    private mutating func send(_ events: [Event]) {
        for event in events {
            if event.seq != next { complain("\(event.seq) went out, not \(next ?? 0)") }
            next = next.map { $0 + 1 }
        }
    }

    private mutating func complain(_ text: String) { complaint = complaint ?? text }
}

/// Goes through all states that a world can come to, each once.
struct StreamExploration {
    private(set) var states = 0
    private(set) var ends = 0
    /// The first thing that was wrong, with the way to it.
    private(set) var complaint: String?

    init(_ first: StreamWorld) {
        var seen: Set<StreamWorld> = [first]
        var open: [(world: StreamWorld, way: [StreamWorld.Step])] = [(first, [])]
        while let (world, way) = open.popLast() {
            states += 1
            var isEnd = true
            for step in StreamWorld.Step.allCases {
                guard let next = world.taking(step) else { continue }
                isEnd = false
                if let complaint = next.complaint {
                    self.complaint = "\(complaint): \(way + [step])"
                    return
                }
                if seen.insert(next).inserted { open.append((next, way + [step])) }
            }
            guard isEnd else { continue }
            ends += 1
            if let complaint = world.complaintAtRest {
                self.complaint = "\(complaint): \(way)"
                return
            }
        }
    }
}
