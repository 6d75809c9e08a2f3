/// Who waits for the result of a command in the engine. Told exactly once.
enum PostingWaiter: Sendable {
    typealias Numbered = (number: Int, result: PostingResult)

    case one(CheckedContinuation<PostingResult, Never>)
    /// A caller with many commands, of which this has the number.
    case oneOfMany(AsyncStream<Numbered>.Continuation, number: Int)

    func tell(_ result: PostingResult) {
        switch self {
        case .one(let continuation): continuation.resume(returning: result)
        case .oneOfMany(let stream, let number): stream.yield((number, result))
        }
    }
}
