/// The SQL that makes the read models, in order.
public enum Migrations {
    /// The scripts, the oldest first; the number of them is the schema's version.
    public static var scripts: [String] {
        [
            PackageResources.v0001_create_read_models_sql,
            PackageResources.v0002_tell_inferred_tasks_sql,
            PackageResources.v0003_keep_pieces_and_checksums_sql,
            PackageResources.v0004_tell_estimates_past_reservations_sql,
        ].map { String(decoding: $0, as: UTF8.self) }
    }
}
