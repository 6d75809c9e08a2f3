package import ServiceKit

extension PostingError: ProblemConvertible {
    /// What a caller is told when the engine can tell no outcome.
    package var problem: Problem {
        switch self {
        case .overloaded(let seconds): Problem(.overloaded, retryAfterSeconds: seconds)
        case .unavailable: Problem(.unavailable, retryAfterSeconds: 1)
        case .outcomeUnknown: Problem(.outcomeUnknown, retryAfterSeconds: 1)
        case .requestInProgress: Problem(.requestInProgress, retryAfterSeconds: 1)
        case .faulty: Problem(.internalError)
        }
    }
}
