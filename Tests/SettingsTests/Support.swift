import Catalog
import Settings
import Testing

/// Settings from `yaml`, with `environment` and the shipped catalogue.
func settings(
    _ yaml: String,
    environment: [String: String] = [:]
) throws -> Settings {
    try Settings(
        yaml: yaml,
        file: "logway.yaml",
        environment: environment,
        catalog: Catalog.shipped
    )
}

/// The problems that `yaml` is refused with; none if it is accepted.
func problems(
    _ yaml: String,
    environment: [String: String] = [:]
) throws -> [SettingsProblem] {
    do {
        _ = try settings(yaml, environment: environment)
        return []
    } catch SettingsError.invalid(let problems) {
        return problems
    }
}

/// Text of every way in which a value can be printed.
func everyText(of value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(dumped)"
}
