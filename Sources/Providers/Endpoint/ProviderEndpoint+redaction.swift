import Events

extension ProviderEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The family and the address: a key must not show wherever an endpoint is printed.
    public var description: String { "\(family.name) at \(baseURL)" }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` and default descriptions show nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
