import BankAPI
import Foundation
import Ledger

/// Heads that were kept elsewhere: a saved reply of `GET /api/v1/ledger/blocks`, or the output
/// of `bankctl verify --json`.
enum HeadFile {
    private static let bytesMax = 16 * 1_024 * 1_024

    /// - Throws: ``HeadFileFault``.
    static func read(_ path: String) throws(HeadFileFault) -> [ChainHead] {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable }
        guard data.count <= bytesMax, let json = try? JSONParser.parse(Array(data)),
            let heads = json["heads"]?.array
        else { throw .malformed }
        var known: [ChainHead] = []
        for head in heads {
            guard let writer = head["writer"]?.string.flatMap({ WriterID($0) }),
                let height = head["height"]?.integer, height > 0,
                let hash = head["hash"]?.string.flatMap(Hash.init(hexadecimal:))
            else { throw .malformed }
            known.append(ChainHead(writer: writer, height: height, hash: hash))
        }
        return known
    }
}

enum HeadFileFault: Error, CustomStringConvertible {
    case unreadable
    case malformed

    var description: String {
        switch self {
        case .unreadable: "the file of --head can't be read"
        case .malformed:
            "the file of --head is no reply of GET /ledger/blocks: "
                + #"{"heads": [{"writer", "height", "hash"}]}"#
        }
    }
}
