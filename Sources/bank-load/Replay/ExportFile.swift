import Foundation

/// Reads an export from disk, a piece at a time.
enum ExportFile {
    private static let pieceBytes = 64 * 1024

    /// The plan of the file; throws ``ExportFault`` with all bad rows before anything has moved.
    static func plan(
        path: String, options: ColumnOptions, delimiter: String, console: Console
    ) throws -> ReplayPlan {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ExportFault.unreadable(path)
        }
        defer { try? file.close() }
        var parser = CSVParser(delimiter: delimiter.utf8.first ?? UInt8(ascii: ","))
        var reader = ReplayPlanReader(options: options)
        console.status("reading \(path)")
        while let piece = try file.read(upToCount: pieceBytes), !piece.isEmpty {
            try parser.feed(piece) { try reader.take($0) }
        }
        try parser.finish { try reader.take($0) }
        guard let plan = reader.finish() else {
            throw ExportFault.badRows(reader.faults, count: reader.faultCount)
        }
        return plan
    }
}

/// Why an export can't be replayed. Nothing has moved.
enum ExportFault: Error, CustomStringConvertible {
    case unreadable(String)
    case badRows([MovementFault], count: Int)

    var description: String {
        switch self {
        case .unreadable(let path): return "\(path) can't be read"
        case .badRows(let faults, let count):
            let lines = faults.map { "\n  \($0)" }.joined()
            let rest = count > faults.count ? "\n  and \(count - faults.count) more" : ""
            return "the file has bad rows, nothing was moved:\(lines)\(rest)"
        }
    }
}
