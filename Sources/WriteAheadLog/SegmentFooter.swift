struct SegmentFooter { static let fixedSize = 112; static let entrySize = 24 }
