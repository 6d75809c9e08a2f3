/// How a process ends that could not do its work. Source: sysexits(3).
package enum ExitCode: Int32, Hashable, Sendable {
    case ok = 0
    /// EX_USAGE: arguments that nobody understands.
    case usage = 64
    /// EX_UNAVAILABLE: the port is taken.
    case unavailable = 69
    /// EX_SOFTWARE: something that should not happen.
    case software = 70
    /// EX_CONFIG: settings, or what they point to (a standalone MongoDB).
    case configuration = 78
}

/// Why a service cannot start or go on: its message is shown, its code ends the process.
///
/// Throw it from a `Service` of the group, or from the main.
package struct StartFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: ExitCode
    package let description: String

    package init(_ code: ExitCode, _ description: String) {
        self.code = code
        self.description = description
    }

    /// MongoDB was reached, and is no replica set: multi-document transactions need one.
    package static let standaloneDatabase = StartFailure(
        .configuration,
        "MONGO_URL leads to a standalone MongoDB; a replica set is needed "
            + "(start mongod with --replSet and call rs.initiate())")

    static func portTaken(_ host: String, _ port: Int) -> StartFailure {
        StartFailure(
            .unavailable, "\(host):\(port) is taken by another process; choose another port")
    }
}
