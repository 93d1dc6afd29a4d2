/// The SQL that makes the read models, in order.
public enum Migrations {
    /// The scripts, the oldest first; the number of them is the schema's version.
    public static var scripts: [String] {
        [
            PackageResources.v0001_create_read_models_sql,
            PackageResources.v0002_tell_inferred_tasks_sql,
        ].map { String(decoding: $0, as: UTF8.self) }
    }
}
