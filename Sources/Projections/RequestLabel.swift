/// Something that is true of a request and that it is looked up by.
struct RequestLabel: Hashable {
    /// What a name is the name of; the numbers stand in the file.
    enum Kind: Int {
        case provider = 1
        case model = 2
        case task = 3
        case tag = 4
        case outcome = 5
    }

    let kind: Kind
    let name: String

    init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}
