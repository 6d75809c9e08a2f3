import CMongoC
import Glibc

/// A thread of the operating system, for work that blocks.
struct OSThread: Sendable {
    private let id: pthread_t

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread; nil if the system has none to give.
    ///
    /// - Parameter name: shown by ps and top; its first 15 bytes.
    init?(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var id = pthread_t()
        let result = pthread_create(
            &id, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                teller_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            return nil
        }
        self.id = id
    }

    /// Waits for its end. To be called at most once, not from the thread itself.
    func join() {
        pthread_join(id, nil)
    }
}
