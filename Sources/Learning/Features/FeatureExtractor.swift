public import Events

/// Measures a request's text, as numbers that are recorded in its place (docs/decisions/0019).
///
/// Whoever reads a request calls it once, with the text that the request was found to ask by; what is
/// decided, and learned, goes by the numbers alone.
public enum FeatureExtractor {
    /// The version of what is measured, which is recorded with it: `PromptScan` and `Vocabulary`.
    ///
    /// A change of either is a new version; `LearningTests/FeatureTests.swift` holds both to it.
    public static let version = 2

    /// Writes what a text gives into the features of its request; the text is not kept.
    ///
    /// - Parameters:
    ///   - instruction: the last text that the user wrote, as it stands in JSON between its quotes.
    ///   - features: where the numbers go, and the version.
    public static func measure(
        _ instruction: ArraySlice<UInt8>,
        into features: inout RequestFeatures
    ) {
        let scan = PromptScan(instruction)
        features.extractorVersion = version
        features.cues = scan.cues
        features.instructionBytes = instruction.count
        features.entropyMillibits = scan.entropyMillibits
    }
}
