import JSONBytes

extension JSONSlice {
    /// A string of at most so many characters: itself, or a digest that stands for it.
    ///
    /// Providers limit the name of a client's user: OpenAI to 64 characters (`safety_identifier`, which
    /// follows `user`), OpenRouter to 128, Anthropic to 256; Claude Code's has 150 and more.
    func shortened(to limit: Int) -> JSONSlice {
        guard let text = string, text.unicodeScalars.count > limit else { return self }
        let digest = ShortHash(text).longHex + ShortHash(String(text.reversed())).longHex
        return .string(of: "user_\(digest)".utf8)
    }
}
