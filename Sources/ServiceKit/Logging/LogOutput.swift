import Ledger
import Logging
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    case json, text
}

/// Where log lines go: a bounded buffer that a thread of its own empties into a file.
///
/// A request never waits for a slow terminal or pipe: past `pendingBytesMax` lines are dropped
/// and counted, and the count is told as soon as there is room again.
package final class LogOutput: Sendable {
    package static let pendingBytesMax = 8 * 1_024 * 1_024

    private struct State {
        var pending: [UInt8] = []
        var isDraining = false
        var droppedLines = 0
    }

    private let state = Mutex(State())
    private let thread: NIOThreadPool
    private let write: @Sendable ([UInt8]) -> Void
    package let format: LogFormat

    /// `write` takes whole lines; it may block.
    package init(format: LogFormat, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.format = format
        self.write = write
        self.thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
    }

    /// Standard error, which is not buffered by anyone else.
    package static func standardError(_ format: LogFormat) -> LogOutput {
        LogOutput(format: format) { bytes in
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = Self.writeOnce(UnsafeRawBufferPointer(rebasing: rest))
                    guard written > 0 else { return }
                    rest = rest.dropFirst(written)
                }
            }
        }
    }

    private static func writeOnce(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            #if canImport(Glibc)
            let written = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            #else
            let written = Darwin.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            #endif
            if written >= 0 || errno != EINTR { return written }
        }
    }

    /// Appends a line, with its newline.
    package func append(_ line: [UInt8]) {
        let mustDrain = state.withLock { state -> Bool in
            guard state.pending.count + line.count <= Self.pendingBytesMax else {
                state.droppedLines += 1
                return false
            }
            state.pending.append(contentsOf: line)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustDrain { thread.submit { _ in self.drain() } }
    }

    private func drain() {
        while true {
            let (bytes, dropped) = state.withLock { state -> ([UInt8], Int) in
                let taken = (state.pending, state.droppedLines)
                state.pending = []
                state.droppedLines = 0
                if taken.0.isEmpty { state.isDraining = false }
                return taken
            }
            guard !bytes.isEmpty else { return }
            write(bytes)
            if dropped > 0 { append(droppedLine(dropped)) }
        }
    }

    private func droppedLine(_ count: Int) -> [UInt8] {
        var line = LogLine(
            format: format, at: WallClock.system.now, level: .error,
            message: "log lines were dropped")
        line.add("log.dropped", count)
        return line.finish()
    }

    /// Waits, at most 2 seconds, until what was appended has been written.
    package func flush() async {
        let deadline = ContinuousClock.now + .seconds(2)
        while state.withLock({ $0.isDraining }), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
