import Foundation
import JSONBytes
import TestSupport
import Testing

/// A generated value and the text it is written as.
private indirect enum Tree: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([Tree])
    case object([Member])

    struct Member: Equatable {
        let name: String
        let value: Tree
    }

    static func random(depth: Int, using generator: inout SeededRandom) -> Tree {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2:
            let choices = ["0", "-1", "12.5", "1e9", "-0.25E-3", "9007199254740993"]
            return .number(choices.randomElement(using: &generator) ?? "0")
        case 3: return .string(text(using: &generator))
        case 4:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            let count = Int.random(in: 0..<5, using: &generator)
            return .object(
                (0..<count).map { index in
                    Member(
                        name: "\(index)" + text(using: &generator),
                        value: random(depth: depth - 1, using: &generator)
                    )
                }
            )
        }
    }

    private static func text(using generator: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "\"", "\\", "\n", "\0", "\u{1F}", "\u{7F}", "é", "日", "😀", "{", "]", ",", ":",
            " ",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            text.append(scalars.randomElement(using: &generator) ?? "a")
        }
        return String(text)
    }

    var holdsExtremeNumber: Bool {
        switch self {
        case .null, .bool, .string: return false
        case .number(let text):
            guard let value = Double(text), value.isFinite else { return true }
            return value == 0 || abs(value) > 1e100 || abs(value) < 1e-100
        case .array(let elements): return elements.contains(where: \.holdsExtremeNumber)
        case .object(let members): return members.contains(where: \.value.holdsExtremeNumber)
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.writeNull()
        case .bool(let bool): writer.write(bool)
        case .number(let text): writer.write(valid: text.utf8)
        case .string(let text): writer.write(text)
        case .array(let elements):
            writer.array { array in
                for element in elements { element.write(to: &array) }
            }
        case .object(let members):
            writer.object { object in
                for member in members {
                    object.name(member.name)
                    member.value.write(to: &object)
                }
            }
        }
    }

    init(_ slice: JSONSlice) {
        switch slice.kind {
        case .null: self = .null
        case .bool: self = .bool(slice.bool ?? false)
        case .number: self = .number(slice.numberText ?? "")
        case .string: self = .string(slice.string ?? "")
        case .array: self = .array(slice.elements.map(Tree.init))
        case .object:
            self = .object(
                slice.members.map { Member(name: $0.name.string ?? "", value: Tree($0.value)) }
            )
        }
    }
}

@Suite("Properties")
struct PropertyTests {
    @Test func `what is written is read back the same`() throws {
        var generator = SeededRandom(seed: SeededRandom.seed(for: "round trip"))
        for _ in 0..<2_000 {
            let tree = Tree.random(depth: 5, using: &generator)
            var writer = JSONWriter()
            tree.write(to: &writer)
            #expect(Tree(try JSONSlice(validating: writer.bytes)) == tree)
        }
    }

    @Test func `damaged bytes are refused or read, and never crash`() {
        var generator = SeededRandom(seed: SeededRandom.seed(for: "damage"))
        var accepted = 0
        for _ in 0..<5_000 {
            var writer = JSONWriter()
            Tree.random(depth: 4, using: &generator).write(to: &writer)
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<max(1, bytes.count), using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0 where !bytes.isEmpty: bytes[index] = .random(in: 0...255, using: &generator)
                case 1 where !bytes.isEmpty: bytes.remove(at: index)
                default: bytes.insert(.random(in: 0...255, using: &generator), at: index)
                }
            }
            guard let slice = try? JSONSlice(validating: bytes) else { continue }
            accepted += 1
            let tree = Tree(slice)
            // The other parser refuses numbers that no double can hold.
            if tree.holdsExtremeNumber { continue }
            // What is accepted here is JSON for others too.
            let other = try? JSONSerialization.jsonObject(
                with: Data(bytes),
                options: .fragmentsAllowed
            )
            #expect(other != nil, "accepted: \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 0)
    }

    @Test func `a splice changes its member and no other byte`() throws {
        var generator = SeededRandom(seed: SeededRandom.seed(for: "splice"))
        for _ in 0..<1_000 {
            var writer = JSONWriter()
            writer.object { root in
                for index in 0..<Int.random(in: 0..<4, using: &generator) {
                    root.name("before\(index)")
                    Tree.random(depth: 3, using: &generator).write(to: &root)
                }
                root.member("model", "MARK")
                root.name("after")
                Tree.random(depth: 3, using: &generator).write(to: &root)
            }
            var splice = JSONSplice(try JSONSlice(validating: writer.bytes))
            splice.set("model", to: "KRAM")
            let text = String(decoding: writer.bytes, as: UTF8.self)
            let expected = text.replacingOccurrences(of: "\"MARK\"", with: "\"KRAM\"")
            #expect(splice.bytes == Array(expected.utf8))
        }
    }
}
