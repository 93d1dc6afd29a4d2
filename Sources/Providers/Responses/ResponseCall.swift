import JSONBytes

/// A tool's call in a response: its ids and names, and which kind of item it is.
struct ResponseCall {
    /// The kinds of calls that clients run, by the types of their items.
    enum Form: String {
        case function = "function_call"
        case custom = "custom_tool_call"
        /// A search for tools that the client runs.
        case search = "tool_search_call"

        /// How the id of such an item begins.
        var idPrefix: String {
            switch self {
            case .function: "fc_"
            case .custom: "ctc_"
            case .search: "tsc_"
            }
        }
    }

    /// What the result names it by.
    let id: String
    let name: String
    /// The group of tools that the client declared it in.
    let namespace: String?
    let form: Form

    init(_ start: ToolCallStart, id: String, searches: Bool) {
        self.id = id
        name = start.name?.string ?? ""
        namespace = start.namespace?.string
        let isSearch = searches && namespace == nil && name == ResponsesRequestReader.searchName
        form = isSearch ? .search : start.isCustom ? .custom : .function
    }
}
