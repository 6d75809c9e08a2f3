import NIOCore
import Realtime

/// Frames as a client writes them.
enum Frame {
    static func bytes(
        _ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    ) -> [UInt8] {
        var bytes = [first]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes.append(0xFF)
            bytes += (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 255) }
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}

/// Everything a parser says to some bytes, handed in in chunks.
struct FrameOutcome: Equatable {
    var texts: [String] = []
    var pings: [[UInt8]] = []
    var pongs = 0
    var close: CloseCode??
    var violation: CloseCode?

    init(_ bytes: [UInt8], chunk: Int, messageBytesMax: Int) {
        var parser = FrameParser(messageBytesMax: messageBytesMax)
        var index = 0
        while index < bytes.count {
            let end = min(index + max(chunk, 1), bytes.count)
            parser.append(ByteBuffer(bytes: bytes[index..<end]))
            index = end
            do throws(FrameViolation) {
                while let event = try parser.next() { note(event) }
            } catch {
                violation = error.closing.code
                return
            }
        }
    }

    private mutating func note(_ event: FrameEvent) {
        switch event {
        case .text(let text): texts.append(String(buffer: text))
        case .ping(let payload): pings.append(Array(payload.readableBytesView))
        case .pong: pongs += 1
        case .close(let code): close = .some(code)
        }
    }
}

/// Random numbers that are the same in every run. Source: Steele, Lea, Flood 2014.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
