struct FrameHeader { static let size = 80 }
